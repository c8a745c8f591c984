/** What the person gave cannot be used: each fault names the file, the place in it and the remedy. The command exits 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  readonly faults: string[];
  constructor(faults: string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

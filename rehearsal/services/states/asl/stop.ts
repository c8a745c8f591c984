/** Stops a branch: everything that waits in it rejects, everything it has under way is cancelled. */
export class Stop {
  readonly #undo = new Set<(reason: Error) => void>();
  reason: Error | null = null;

  /** Calls `undo` when stopped (at once, if it has been). Returns what withdraws it. */
  on(undo: (reason: Error) => void): () => void {
    if (this.reason) undo(this.reason);
    else this.#undo.add(undo);
    return () => this.#undo.delete(undo);
  }

  now(reason: Error): void {
    if (this.reason) return;
    this.reason = reason;
    for (const undo of [...this.#undo]) undo(reason);
    this.#undo.clear();
  }
}

/** Task tokens: good once, and only while their task waits. A retry of the task gets a new one. */
import { AwsFault, type Chance } from '#rehearsal/api.ts';
import type { TokenHolder } from '#rehearsal/services/states/asl/scope.ts';

const PREFIX = 'AQCwAAAAKgAAAAM';

export class Tokens {
  readonly #holders = new Map<string, TokenHolder | null>(); // null: no longer good
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Does any task wait for somebody's answer? */
  get areOpen(): boolean {
    return [...this.#holders.values()].some((holder) => holder !== null);
  }

  issue(holder: TokenHolder): { token: string; close(): void } {
    const bytes = Buffer.from(Array.from({ length: 96 }, () => this.#chance.int(256)));
    const token = `${PREFIX}${bytes.toString('base64')}`;
    this.#holders.set(token, holder);
    return { token, close: () => this.#holders.set(token, null) };
  }

  /** Throws InvalidToken, TaskDoesNotExist or TaskTimedOut, as AWS does; the last also for a token that was used. */
  holder(token: unknown): TokenHolder {
    if (typeof token !== 'string' || !token.startsWith(PREFIX))
      throw new AwsFault('InvalidToken', `Invalid Token: '${String(token)}'`);
    const holder = this.#holders.get(token);
    if (holder === undefined) throw new AwsFault('TaskDoesNotExist', 'Task does not exist');
    if (holder === null) throw new AwsFault('TaskTimedOut', 'Task Timed Out: The provided task does not exist anymore');
    return holder;
  }
}

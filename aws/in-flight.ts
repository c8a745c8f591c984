/**
 * Works on the items with at most `width` at once, and yields what each gave in the order of the items, whichever came back
 * first: a run must give the same twice. A failure is thrown when its turn comes.
 */
export async function* inFlight<Item, Result>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const waiting: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    result.catch(() => {}); // thrown below when its turn comes; until then nobody listens
    waiting.push(result);
    const first = waiting.length >= width ? waiting.shift() : undefined;
    if (first) yield await first;
  }
  for (const result of waiting) yield await result;
}

/** Distinct ids, in groups of at most `size`: the most that one filter or request takes. */
export function* groupsOf(ids: Iterable<string>, size: number): Generator<string[]> {
  let group: string[] = [];
  for (const id of new Set(ids)) {
    group.push(id);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

import type { Evidence } from '#domain/campaign/ports.ts';
import { sha256 } from '#domain/hash.ts';
import { type Differences, differing } from './difference.ts';
import { type Folder, Unreadable } from './folder.ts';

/**
 * Evidence that reads from the folder, and whose writes are only compared with what lies there: so the loop's own procedures
 * recompute what a campaign left, and every difference is named.
 */
export function comparedEvidence(folder: Folder, place: string, differences: Differences): Evidence {
  return {
    read: async <T>(_: unknown, path: string) => folder.json<T>(path),
    readIfThere: async <T>(_: unknown, path: string) => (folder.has(path) ? folder.json<T>(path) : null),
    async *lines<T>(_: unknown, path: string) {
      yield* folder.lines<T>(path);
    },
    async write(_, path, value) {
      const is = read(() => folder.json(path));
      if (!is) return;
      for (const words of differing(is.value, JSON.parse(JSON.stringify(value)))) differences.add(path, words);
    },
    async writeLines(_, path, lines) {
      const left = new Map<string, Line[]>();
      const there = read(() => [...folder.lines<Line>(path)]);
      for (const line of there?.value ?? []) left.set(keyOf(line), [...(left.get(keyOf(line)) ?? []), line]);
      let count = 0;
      for await (const each of lines) {
        count++;
        if (!there) continue;
        const line = JSON.parse(JSON.stringify(each)) as Line;
        const is = left.get(keyOf(line))?.shift();
        if (!is) differences.add(path, `${nameOf(line)} is missing`);
        else for (const words of differing(is, line)) differences.add(path, `${nameOf(line)}: ${words}`);
      }
      for (const line of [...left.values()].flat()) differences.add(path, `${nameOf(line)} does not belong there`);
      return count;
    },
    async writeText(_, path, text) {
      const is = read(() => folder.text(path));
      if (!is) return;
      let hasToBe = '';
      if (typeof text === 'string') hasToBe = text;
      else for await (const part of text) hasToBe += part;
      if (is.value !== hasToBe) differences.add(path, `is not what the records give: ${firstLine(is.value, hasToBe)}`);
    },
    digest: async (_, path) => folder.digest(path),
    async *list() {
      yield* folder.files();
    },
    place: () => place,
  };

  /** null: there is nothing to compare with, which is a difference itself. */
  function read<T>(from: () => T): { value: T } | null {
    try {
      return { value: from() };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      differences.add(error.file, error.message);
      return null;
    }
  }
}

/** Of a delta row or an instance row. */
type Line = { arn?: string; id?: string; bucket?: string; vulnerabilityId?: string; instance?: string };

/** A finding may be new and of the first survey at once, where Inspector gave its ARN twice. */
const keyOf = (line: Line) => line.id ?? (line.arn ? `${line.arn} ${line.bucket === 'new'}` : sha256(line));

const nameOf = ({ id, arn, vulnerabilityId, instance }: Line) =>
  id ?? (vulnerabilityId ? `${vulnerabilityId} on ${instance} (${arn})` : 'a line');

function firstLine(is: string, hasToBe: string): string {
  const lines = is.split('\n');
  const other = hasToBe.split('\n');
  const place = lines.findIndex((line, index) => line !== other[index]);
  return place < 0 ? `it ends after line ${lines.length}` : `line ${place + 1} is another`;
}

import { BrokenRecord } from '#domain/errors.ts';
import type { SurveyEvidence } from '#loops/patch/survey-parts.ts';

/** Evidence that nobody keeps: what a plan is made of when no campaign is. Values are handed out as they were put in. */
export function evidenceInMemory(): SurveyEvidence {
  const files = new Map<string, unknown>();
  const of = (path: string) => {
    if (!files.has(path)) throw new BrokenRecord(`${path} is not there`);
    return files.get(path);
  };
  return {
    read: async <T>(_: unknown, path: string) => of(path) as T,
    readIfThere: async <T>(_: unknown, path: string) => (files.get(path) ?? null) as T | null,
    async *list() {
      yield* files.keys();
    },
    async write(_, path, value) {
      files.set(path, value);
    },
    async *lines<T>(_: unknown, path: string) {
      yield* of(path) as T[];
    },
    async writeLines(_, path, lines) {
      const kept: unknown[] = [];
      for await (const line of lines) kept.push(line);
      files.set(path, kept);
      return kept.length;
    },
  };
}

import { readFileSync } from 'node:fs';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

export type Path = readonly (string | number)[];

/** A YAML file, and where in it each thing stands. */
export interface Source {
  file: string;
  /** The plain value at a path; undefined where there is none. Without a path the whole. */
  value(path: Path): unknown;
  /** Line and column of a key or a value; where the file does not have it, of the nearest thing around it. */
  place(path: Path, of: 'key' | 'value'): { line: number; column: number; exact: boolean };
  /** What the YAML parser refused. */
  syntax: { line: number; column: number; problem: string; remedy: string }[];
}

/** Throws the file system's error where the file cannot be read. */
export function readSource(file: string): Source {
  const text = readFileSync(file, 'utf8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = [...document.errors, ...document.warnings].map(({ pos, code, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    const remedy = SYNTAX_REMEDIES[code] ?? 'mend the YAML here, or just above';
    return { line, column: col, problem: `not valid YAML: ${message.replace(/\s+/g, ' ')}`, remedy };
  });
  let whole: unknown;
  if (syntax.length === 0) {
    try {
      whole = document.toJS();
    } catch (error) {
      const problem = `not valid YAML: ${error instanceof Error ? error.message : String(error)}`;
      syntax.push({ line: 1, column: 1, problem, remedy: 'write the values out instead of by alias' });
    }
  }
  return {
    file,
    syntax,
    value: (path) => path.reduce<unknown>((at, part) => member(at, part), whole),
    place(path, of) {
      let node: Node | null = document.contents;
      let offset = node?.range?.[0] ?? 0;
      for (const [i, part] of path.entries()) {
        const found: { at: number; node: Node | null } | null = step(resolved(node), part);
        if (!found) return at(offset, false);
        node = found.node;
        offset = of === 'key' || i < path.length - 1 ? found.at : (node?.range?.[0] ?? found.at);
      }
      return at(offset, true);
    },
  };

  function at(offset: number, exact: boolean) {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), exact };
  }

  function resolved(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(document) ?? null) : node;
  }
}

const SYNTAX_REMEDIES: Record<string, string> = {
  DUPLICATE_KEY: 'keep one of the two keys of this name',
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'keep one document: remove the line ---',
};

function step(node: Node | null, part: string | number): { at: number; node: Node | null } | null {
  if (isMap<unknown, Node | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    return pair && isScalar(pair.key) ? { at: pair.key.range?.[0] ?? 0, node: pair.value } : null;
  }
  const item = isSeq<Node>(node) && typeof part === 'number' ? node.items[part] : undefined;
  return item ? { at: item.range?.[0] ?? 0, node: item } : null;
}

function member(value: unknown, part: string | number): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<string | number, unknown>)[part];
}

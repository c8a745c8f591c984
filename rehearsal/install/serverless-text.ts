/** The text of serverless.yml: YAML with CloudFormation's tags, and the Serverless Framework's own variables. */
import { type CollectionTag, parse, type ScalarTag, type YAMLMap, type YAMLSeq } from 'yaml';

export interface Sources {
  stage?: string | undefined;
  region?: string | undefined;
  account: string;
  read(path: string): string;
}

type Json = Record<string, unknown>;

/** `${word:` or `${file(`. CloudFormation's `${AWS::Region}` and `${Name}` are not ours. */
const VARIABLE = /\$\{(?:[a-z]+:|file\()[^{}]*\}/;

/** Parses and replaces all variables. Throws with the place of what is not rehearsed. */
export function readVariables(
  source: string,
  file: string,
  sources: Sources,
): { tree: Json; stage: string; region: string } {
  const tree = parseYaml(source, file) as Json;
  const reading = new Variables(tree, file, sources);
  const stage =
    sources.stage ?? String(reading.resolve((tree.provider as Json | undefined)?.stage ?? 'dev', 'provider.stage'));
  reading.stage = stage;
  const region =
    sources.region ??
    String(reading.resolve((tree.provider as Json | undefined)?.region ?? 'us-east-1', 'provider.region'));
  reading.region = region;
  return { tree: reading.resolve(tree, '') as Json, stage, region };
}

class Variables {
  stage: string;
  region: string;
  readonly #tree: Json;
  readonly #file: string;
  readonly #sources: Sources;

  constructor(tree: Json, file: string, sources: Sources) {
    this.#tree = tree;
    this.#file = file;
    this.#sources = sources;
    this.stage = sources.stage ?? 'dev';
    this.region = sources.region ?? 'us-east-1';
  }

  resolve(value: unknown, place: string): unknown {
    if (Array.isArray(value)) return value.map((item, at) => this.resolve(item, `${place}[${at}]`));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, this.resolve(item, place === '' ? key : `${place}.${key}`)]),
      );
    }
    return typeof value === 'string' ? this.#text(value, place) : value;
  }

  #text(text: string, place: string): unknown {
    let left = text;
    for (let found = VARIABLE.exec(left); found; found = VARIABLE.exec(left)) {
      const value = this.resolve(this.#variable(found[0].slice(2, -1), place), place);
      if (found[0] === left) return value;
      if (typeof value === 'object') throw new Error(`${this.#file}: ${place}: ${found[0]} is no text`);
      left = left.replace(found[0], () => String(value));
    }
    return left;
  }

  #variable(inner: string, place: string): unknown {
    const [first = '', ...rest] = inner.split(/,(?![^(]*\))/).map((one) => one.trim());
    const value = this.#source(first, place);
    if (value !== undefined) return value;
    const otherwise = rest.join(', ');
    if (otherwise === '') throw new Error(`${this.#file}: ${place}: \${${inner}} gives nothing`);
    const quoted = /^(['"])(.*)\1$/.exec(otherwise);
    if (quoted) return quoted[2];
    return /^[a-z]+[:(]/.test(otherwise) ? this.#variable(otherwise, place) : otherwise;
  }

  #source(text: string, place: string): unknown {
    const inFile = /^file\(([^)]+)\)(?::(.+))?$/.exec(text);
    if (inFile?.[1]) {
      const path = inFile[1].trim().replace(/^\.\//, '');
      return at(parseYaml(this.#sources.read(path), path), inFile[2]);
    }
    const [, source, name = ''] = /^([a-z]+):(.*)$/.exec(text) ?? [];
    if (source === 'self') return at(this.#tree, name.trim());
    if (source === 'sls' && name === 'stage') return this.stage;
    if (source === 'aws' && name === 'region') return this.region;
    if (source === 'aws' && name === 'accountId') return this.#sources.account;
    if (source === 'opt') return { stage: this.#sources.stage, region: this.#sources.region }[name];
    if (source === 'param')
      return at(this.#tree, `params.${this.stage}.${name}`) ?? at(this.#tree, `params.default.${name}`);
    throw new Error(`${this.#file}: ${place}: not rehearsed: \${${text}}`);
  }
}

function at(tree: unknown, path: string | undefined): unknown {
  if (path === undefined || path === '') return tree;
  return path
    .split('.')
    .reduce<unknown>(
      (found, key) => (typeof found === 'object' && found !== null ? (found as Json)[key] : undefined),
      tree,
    );
}

const INTRINSICS = [
  'Sub',
  'GetAtt',
  'Join',
  'Select',
  'Split',
  'If',
  'Equals',
  'Not',
  'And',
  'Or',
  'FindInMap',
  'ImportValue',
  'Base64',
  'Cidr',
  'GetAZs',
];

function parseYaml(source: string, file: string): unknown {
  const names: [string, string][] = [
    ['!Ref', 'Ref'],
    ...INTRINSICS.map((name): [string, string] => [`!${name}`, `Fn::${name}`]),
  ];
  const customTags = names.flatMap(([tag, name]): (ScalarTag | CollectionTag)[] => [
    { tag, resolve: (text: string) => intrinsic(name, text) } as ScalarTag,
    { tag, collection: 'seq', resolve: (items) => intrinsic(name, (items as YAMLSeq).toJSON()) } as CollectionTag,
    { tag, collection: 'map', resolve: (map) => intrinsic(name, (map as YAMLMap).toJSON()) } as CollectionTag,
  ]);
  try {
    return JSON.parse(JSON.stringify(parse(source, { customTags })));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

function intrinsic(name: string, value: unknown): Json {
  return { [name]: name === 'Fn::GetAtt' && typeof value === 'string' ? value.split('.') : value };
}

/**
 * Our text transformations beside ModSecurity's of the same names: a rule decodes the argument from hex, transforms it, encodes it to
 * hex and redirects there, so every byte shows. Where AWS's guide words it otherwise, ours follows the guide, and is listed here.
 */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import { TRANSFORMATIONS } from '#rehearsal/services/wafv2/transformations.ts';
import { withWaf } from './waf.ts';

const seed = Number(process.argv[2] ?? 1);
const EACH = 1000;

/** AWS's name, ModSecurity's, and what to make inputs of. */
const FUNCTIONS: [ours: string, theirs: string, pieces: string[]][] = [
  ['LOWERCASE', 'lowercase', ['A', 'Z', 'a', 'À', '%41', '0', ' ']],
  ['URL_DECODE', 'urlDecode', ['%41', '%3c', '%', '%4', '%zz', '+', '%u0041', 'a', '%00', '%%41', '%25']],
  [
    'URL_DECODE_UNI',
    'urlDecodeUni',
    ['%41', '%u0041', '%uFF1c', '%uff5E', '%u00', '%U0041', '%', '+', '%u', '%u12', 'b', '%3C'],
  ],
  [
    'HTML_ENTITY_DECODE',
    'htmlEntityDecode',
    [
      '&lt;',
      '&gt',
      '&quot;',
      '&amp;',
      '&nbsp;',
      '&#60;',
      '&#x3c;',
      '&#X3C',
      '&',
      '#',
      ';',
      '&#',
      '&#x',
      '&LT;',
      'a',
      '&apos;',
      '&lpar;',
      '&NewLine;',
    ],
  ],
  ['COMPRESS_WHITE_SPACE', 'compressWhitespace', [' ', '\t', '\n', '\v', '\f', '\r', '\xa0', 'a', '  ']],
  ['CMD_LINE', 'cmdLine', ['\\', '"', "'", '^', ' ', ',', ';', '/', '(', 'A', 'b', '\t', '\n', ')']],
  ['NORMALIZE_PATH', 'normalizePath', ['/', '//', '.', '..', './', '../', 'a', 'b/', 'c', '/..']],
  ['NORMALIZE_PATH_WIN', 'normalizePathWin', ['/', '\\', '.', '..', '..\\', 'a', 'b\\', './']],
  ['REMOVE_NULLS', 'removeNulls', ['\0', 'a', '0', '%00', '\0\0']],
  ['REPLACE_COMMENTS', 'replaceComments', ['/*', '*/', '/', '*', 'a', '/**/', '--', ' ']],
  ['BASE64_DECODE', 'base64Decode', ['PHNj', 'QQ==', 'QUI=', 'QUJD', '=', 'A', '-', '\n', '/+']],
  [
    'JS_DECODE',
    'jsDecode',
    ['\\u0041', '\\uff1C', '\\x41', '\\101', '\\777', '\\4', '\\n', '\\q', '\\', '\\u00', '\\x4', 'a', '\\8'],
  ],
  ['HEX_DECODE', 'hexDecode', ['41', '4a', 'FF', '00', '6']],
];

const BACK_REFERENCES = {
  words:
    '"removing … directory back-references": ModSecurity takes a name that ends in two dots (`a..`, `...`) for one',
  differs: (input: string) => input.split(/[\\/]/).some((segment) => /..\.\.$/.test(`.${segment}`) && segment !== '..'),
};

const ABOVE_THE_START = {
  words:
    '"directory back-references that are not at the beginning of the input": of a relative path that begins with `..` ModSecurity drops later ones too',
  differs: (input: string) => /^(?:\.?[\\/]+)*\.\.[\\/]+.*\.\./.test(input),
};

const MIXED = {
  words:
    '"converts backslash characters to forward slashes and then processes the resulting string": ModSecurity converts while it goes, and loses names behind doubled ones',
  differs: (input: string) => /\\[\\/]|\/\\/.test(input),
};

/** What ModSecurity leaves over where several slashes, or backslashes, stand together, and would itself take out of its result. */
const twice = (name: string) => ({
  words:
    '"removing multiple slashes, directory self-references, and directory back-references": ModSecurity leaves some behind doubled slashes',
  differs: (_input: string, theirs: string, ours: string) => TRANSFORMATIONS[name]?.(theirs) === ours,
});

/** Where the two differ by AWS's own words (developer guide, Using text transformations). Ours is what the guide says. */
const BY_THE_GUIDE: Record<
  string,
  { words: string; differs: (input: string, theirs: string, ours: string) => boolean }[]
> = {
  COMPRESS_WHITE_SPACE: [
    {
      words:
        '"Replaces … Non-breaking space (decimal 160) … with a space character": ModSecurity leaves byte 160 as it is',
      differs: (input) => input.includes('\xa0'),
    },
  ],
  HTML_ENTITY_DECODE: [
    {
      words:
        '"replaces the following HTML-encoded characters": a table of names, &apos; with a backslash among them; ModSecurity knows quot, amp, lt, gt and nbsp',
      differs: (input) => /&(?:apos|lpar|newline)/i.test(input),
    },
  ],
  NORMALIZE_PATH: [BACK_REFERENCES, ABOVE_THE_START, twice('NORMALIZE_PATH')],
  NORMALIZE_PATH_WIN: [BACK_REFERENCES, ABOVE_THE_START, MIXED, twice('NORMALIZE_PATH_WIN')],
};

await withWaf(
  ({ port }) => `  server {
    listen 127.0.0.1:${port};
    location / { return 200; }
${FUNCTIONS.map(([, theirs], at) => location(theirs, at)).join('\n')}
  }`,
  async ({ port }) => {
    const chance = chanceOf(seed);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let differences = 0;
    for (const [ours, theirs, pieces] of FUNCTIONS) {
      let listed = 0;
      const wrong: string[] = [];
      const said = new Set<string>();
      for (let count = 0; count < EACH; count += 1) {
        const input = made(pieces, (below) => chance.int(below));
        const theirsMade = await judged(agent, port, theirs, input);
        const oursMade = TRANSFORMATIONS[ours]?.(input);
        if (theirsMade === oursMade) continue;
        const known = BY_THE_GUIDE[ours]?.find(({ differs }) => differs(input, theirsMade, oursMade ?? ''));
        if (known) {
          listed += 1;
          said.add(known.words);
        } else
          wrong.push(
            `${JSON.stringify(input)}: ours ${JSON.stringify(oursMade)}, theirs ${JSON.stringify(theirsMade)}`,
          );
      }
      differences += wrong.length;
      console.log(`${ours}: ${EACH} inputs, ${EACH - listed - wrong.length} equal, ${listed} by the guide`);
      for (const line of wrong.slice(0, 12)) console.log(`  ${line}`);
      for (const words of said) console.log(`  guide: ${words}`);
    }
    agent.destroy();
    assert.equal(differences, 0, `${differences} inputs differ (seed ${seed})`);
  },
);

function location(theirs: string, at: number): string {
  return `    location /t/${theirs} {
      modsecurity on;
      modsecurity_rules '
        SecRuleEngine On
        SecRule ARGS_GET:x "@rx ^.*$" "id:${at + 1},phase:1,capture,redirect:http://shown.invalid/%{TX.0},t:none,t:hexDecode,t:${theirs},t:hexEncode"
      ';
      proxy_pass http://127.0.0.1:1;
    }`;
}

function made(pieces: string[], below: (many: number) => number): string {
  return Array.from({ length: 1 + below(8) }, () => pieces[below(pieces.length)] ?? '').join('');
}

function judged(agent: Agent, port: number, theirs: string, input: string): Promise<string> {
  const hex = Buffer.from(input, 'latin1').toString('hex');
  return new Promise((tell, fail) => {
    request({ agent, host: '127.0.0.1', port, path: `/t/${theirs}?x=${hex}` }, (response) => {
      response.resume();
      const { location: to } = response.headers;
      const [, shown] = /^http:\/\/shown\.invalid\/([0-9a-f]*)$/.exec(to ?? '') ?? [];
      if (shown === undefined) fail(new Error(`${theirs} of ${hex}: ${response.statusCode} ${to}`));
      else tell(Buffer.from(shown, 'hex').toString('latin1'));
    })
      .on('error', fail)
      .end();
  });
}

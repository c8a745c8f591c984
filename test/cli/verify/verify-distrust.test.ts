/** Folders made by somebody who wants `verify` to read, unpack or say what it should not. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rehearse } from '../../../cli/rehearse/rehearse.ts';
import { verify } from '../../../cli/verify/verify.ts';
import { change, changeLines, rehash } from './evidence-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'patchwright-distrust-'));
after(() => rmSync(root, { recursive: true, force: true }));

const good = join(root, 'good');
const { run } = await rehearse({ out: good });
const { id: campaign } = run.campaign;
let copies = 0;

/** A copy in a group's folder of its own, or in the one that is given. */
function copied(group = join(root, `group-${++copies}`), name = campaign): string {
  const directory = join(group, name);
  cpSync(good, directory, { recursive: true });
  return directory;
}

async function differencesIn(directory: string): Promise<string[]> {
  const [verified] = await verify(directory);
  return (verified?.differences ?? []).map(({ file, words }) => `${file}: ${words}`);
}

interface Verified {
  code: number | string; // `hangs`: it was killed
  out: string;
  megabytes: number; // resident, at its peak
}

/** In a process of its own: what hangs on a device or a fifo ends by the time-out, and its memory can be measured. */
function verifying(...args: string[]): Promise<Verified> {
  const main = join(import.meta.dirname, '../../../cli/main.ts');
  const peak = "process.on('exit', () => process.stderr.write('PEAK ' + process.resourceUsage().maxRSS))";
  const all = ['--import', `data:text/javascript,${encodeURIComponent(peak)}`, main, 'verify', ...args];
  return new Promise((done) => {
    execFile(
      process.execPath,
      all,
      { timeout: 120_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 },
      (error, out, err) =>
        done({
          code: error ? (error.killed ? 'hangs' : Number(error.code)) : 0,
          out,
          megabytes: Number(/PEAK (\d+)/.exec(err)?.[1]) / 1024,
        }),
    );
  });
}

/** Of a group's folder with many campaigns: folder → its differences. One process for all. */
async function verifyingAll(group: string): Promise<Map<string, string[]>> {
  const { code, out } = await verifying(group, '--json');
  assert.equal(code, 1, out);
  const campaigns = JSON.parse(out).campaigns as {
    directory: string;
    differences: { file: string; words: string }[];
  }[];
  return new Map(
    campaigns.map(({ directory, differences }) => [
      directory,
      differences.map(({ file, words }) => `${file}: ${words}`),
    ]),
  );
}

const RING = 'rings/fleet.json';
const PACKED = 'delta/fleet.jsonl.gz';

/** What lies at the place of a file that the manifest lists, and what is said of it. */
const PLACED: [string, (path: string) => void, RegExp][] = [
  ['a link to a device without an end', (path) => symlinkSync('/dev/zero', path), /is a link: it was not followed/],
  ['a link to a file outside', (path) => symlinkSync('/etc/hostname', path), /is a link/],
  ['a link to nothing', (path) => symlinkSync('/nowhere', path), /is a link/],
  ['a fifo that nobody writes to', (path) => execFileSync('mkfifo', [path]), /is no regular file/],
  ['a directory', (path) => mkdirSync(path), /is no regular file/],
];

test('what is no regular file is not opened: devices, links, fifos, directories', async () => {
  const group = join(root, 'placed');
  const expected: [string, string, RegExp][] = [];
  for (const [what, place, said] of PLACED) {
    for (const file of [RING, PACKED, 'manifest.json', 'campaign.json']) {
      const directory = copied(group, `${what} as ${file.replaceAll('/', ' ')}`);
      rmSync(join(directory, file));
      place(join(directory, file));
      expected.push([directory, file, said]);
    }
  }
  const found = await verifyingAll(group);
  for (const [directory, file, said] of expected) {
    const line = found.get(directory)?.find((each) => each.startsWith(`${file}: `));
    assert.match(line ?? '', said, directory);
  }
});

test('a fifo and a link that no manifest lists are left alone', async () => {
  const directory = copied();
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  symlinkSync('/dev/zero', join(directory, 'zero'));
  symlinkSync('.', join(directory, 'loop'));
  const { code, out } = await verifying(directory);
  assert.equal(code, 0, out);
  assert.match(out, /not the campaign's and were not checked/);
});

test('a folder behind a link is not entered, and the link is named', async () => {
  const directory = copied();
  renameSync(join(directory, 'rings'), join(root, `rings-${copies}`));
  symlinkSync(join(root, `rings-${copies}`), join(directory, 'rings'));
  assert.match((await differencesIn(directory)).join('\n'), /^rings\/fleet\.json: lies behind the link rings/m);
});

test('a link in a group’s folder is a difference of its own', async () => {
  const directory = copied();
  symlinkSync(good, join(directory, '..', 'web-20240101T000000Z'));
  const [link, own] = await verify(join(directory, '..'));
  assert.match(link?.differences[0]?.words ?? '', /is a link: it was not followed/);
  assert.deepEqual(own?.differences, []);
});

describe('no path outside the folder', () => {
  test('in the manifest', async () => {
    const group = join(root, 'listed');
    const paths = ['../secret', '/etc/hostname', 'rings/../../secret', './opened.json', 'rings//x', '', '..\\secret'];
    const directories = paths.map((path, index) => {
      const directory = copied(group, `listed-${index}`);
      change(directory, 'manifest.json', (manifest) => {
        manifest.files.push({ path, sha256: '0'.repeat(64), bytes: 1 });
      });
      return directory;
    });
    execFileSync('mkfifo', [join(group, 'secret')]); // who opens it hangs
    const found = await verifyingAll(group);
    for (const [index, path] of paths.entries()) {
      const line = `manifest.json: lists ${JSON.stringify(path)}, which is no path inside the folder: not read`;
      assert.ok(found.get(directories[index] ?? '')?.includes(line), line);
    }
  });

  test('as a ring’s name', async () => {
    for (const name of ['../../secret', '..', 'a/b', '']) {
      const directory = copied();
      change(directory, 'plan.json', (plan) => {
        plan.rings[0].ring = name;
      });
      change(directory, 'before.json', (survey) => {
        survey.rings[0].ring = name;
      });
      rehash(directory);
      const found = await differencesIn(directory);
      for (const file of ['plan.json', 'before.json']) {
        assert.ok(
          found.some((line) => line.startsWith(`${file}: is not what it has to be: rings.0.ring`)),
          found.join(),
        );
      }
    }
  });

  test('as the campaign before', async () => {
    for (const name of ['../..', '..', '/etc', 'a/b']) {
      const directory = copied();
      rehash(directory, { campaign: name, manifest: '0'.repeat(64) });
      assert.match(
        (await differencesIn(directory)).join('\n'),
        /^manifest\.json: names ".*, which is no folder beside/m,
      );
    }
  });

  test('as a link that lies where the campaign before should', async () => {
    const directory = copied();
    const before = 'web-20240824T200000Z';
    symlinkSync(good, join(directory, '..', before));
    rehash(directory, { campaign: before, manifest: '0'.repeat(64) });
    const found = (await differencesIn(directory)).join('\n');
    assert.match(found, new RegExp(`^\\.\\./${before}/manifest\\.json: lies behind the link ${before}`, 'm'));
  });
});

/** 4 GiB of zeros in 4 MB: gzip's members follow each other. */
function bomb(): Buffer {
  const member = gzipSync(Buffer.alloc(16 * 2 ** 20), { level: 9 });
  return Buffer.concat(Array.from({ length: 256 }, () => member));
}

describe('4 GB packed into 4 MB', () => {
  const packed = bomb();

  test('is not unpacked where its hash is not the manifest’s', async () => {
    const directory = copied();
    writeFileSync(join(directory, PACKED), packed);
    const { code, out, megabytes } = await verifying(directory);
    assert.equal(code, 1);
    assert.match(out, /delta\/fleet\.jsonl\.gz: was changed: sha256/);
    assert.doesNotMatch(out, /unpacks/);
    assert.ok(megabytes < 350, `${megabytes} MB at its peak`);
  });

  test('is unpacked no further than a bound where the manifest was made to fit', async () => {
    const directory = copied();
    writeFileSync(join(directory, PACKED), packed);
    rehash(directory);
    const { code, out, megabytes } = await verifying(directory);
    assert.equal(code, 1);
    assert.match(out, /delta\/fleet\.jsonl\.gz: unpacks to more than \d+ bytes/);
    assert.ok(megabytes < 1000, `${megabytes} MB at its peak`);
  });

  test('is not unpacked without a manifest', async () => {
    const directory = copied();
    writeFileSync(join(directory, PACKED), packed);
    rmSync(join(directory, 'manifest.json'));
    const { out, megabytes } = await verifying(directory);
    assert.match(out, /manifest\.json: is missing/);
    assert.ok(megabytes < 350, `${megabytes} MB at its peak`);
  });
});

test('a file larger than what is read into memory is named', async () => {
  const directory = copied();
  execFileSync('truncate', ['-s', '1T', join(directory, RING)]); // takes no place on the disk
  const { code, out } = await verifying(directory);
  assert.equal(code, 1);
  assert.match(out, /rings\/fleet\.json: has 1099511627776 bytes: more than \d+ are not read/);
});

test('what stands in names and words does not speak to the terminal', async () => {
  const directory = copied();
  change(directory, 'manifest.json', (manifest) => {
    manifest.files.push({ path: 'x\u001b[2J\u009b1m', sha256: '0'.repeat(64), bytes: 1 });
  });
  change(directory, 'campaign.json', (record) => ({
    ...record,
    campaign: 'web\u001b]0;fine\u0007',
    why: '\u001b[31m',
  }));
  const { out } = await verifying(directory);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

const ours = (readdirSync(good, { recursive: true, encoding: 'utf8' }) as string[])
  .map((path) => relative('.', path))
  .filter((path) => /\.json$|\.gz$/.test(path) && !['manifest.json', 'rehearsed.json'].includes(path))
  .filter((path) => !path.startsWith('mail'))
  .filter((path) => !/^(baselines|\w+\.members)\.json$|^approvals/.test(path)); // nothing is computed from these

test('whatever is spoiled, its file is named, also where the manifest was made to fit', async () => {
  const directory = copied();
  for (const file of ours) {
    for (const junk of [null, {}, 'x', [null]]) {
      cpSync(join(good, file), join(directory, file));
      if (file.endsWith('.gz')) changeLines(directory, file, (lines) => [junk, ...lines]);
      else change(directory, file, () => ({ toJSON: () => junk }));
      rehash(directory);
      const found = await differencesIn(directory);
      const named = found.some((line) => line.startsWith(`${file}: `));
      assert.ok(named, `${file} as ${JSON.stringify(junk)}: ${found.join(' | ')}`);
    }
    cpSync(join(good, file), join(directory, file));
  }
});

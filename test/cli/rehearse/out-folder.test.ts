import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { BadInput } from '../../../cli/bad-input.ts';
import { DOCUMENT, openOut } from '../../../cli/rehearse/out-folder.ts';

const place = mkdtempSync(join(tmpdir(), 'patchwright-out-'));
after(() => rmSync(place, { recursive: true }));

describe('the directory of the evidence', () => {
  it('is there whole after the end, and not before', () => {
    const directory = join(place, 'new', 'er');
    const out = openOut(directory);
    out.add(DOCUMENT, '{}');
    out.add('rings/canary.json', '[]');
    assert.equal(existsSync(directory), false);
    out.finish();
    assert.equal(readFileSync(join(directory, 'rings/canary.json'), 'utf8'), '[]');
    assert.deepEqual(readdirSync(join(place, 'new')), ['er']);
  });

  it('of an earlier rehearsal is replaced', () => {
    const directory = join(place, 'again');
    for (const file of ['first.json', 'second.json']) {
      const out = openOut(directory);
      out.add(DOCUMENT, '{}');
      out.add(file, '{}');
      out.finish();
    }
    assert.deepEqual(readdirSync(directory).sort(), [DOCUMENT, 'second.json']);
  });

  it('leaves nothing behind when the rehearsal is broken off', () => {
    const out = openOut(join(place, 'broken'));
    out.add('a.json', '{}');
    out.discard();
    assert.deepEqual(
      readdirSync(place).filter((name) => name.includes('broken')),
      [],
    );
  });

  it('with files of others in it is refused and kept', () => {
    const directory = join(place, 'home');
    mkdirSync(directory);
    writeFileSync(join(directory, 'diary.txt'), 'dear');
    assert.throws(
      () => openOut(directory),
      (error) =>
        error instanceof BadInput &&
        /home: holds files that no rehearsal wrote \(diary\.txt\).*Remedy/.test(error.message),
    );
    assert.deepEqual(readdirSync(directory), ['diary.txt']);
  });

  it('that is a file, or below one, is refused before anything runs', () => {
    const file = join(place, 'file');
    writeFileSync(file, '');
    assert.throws(() => openOut(file), /--out .*file: is a file\. Remedy/);
    assert.throws(
      () => openOut(join(file, 'below')),
      /--out .*below: cannot be written \((ENOTDIR|EEXIST) at .*Remedy/,
    );
  });
});

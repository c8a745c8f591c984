import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { writeLargeReport } from '../../bench/report.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';
import { instance, rendered, row } from '../views/patch/report/fixture.ts';
import { assertAccessible, openChromium, screenshot, watched } from './chromium.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-browser-'));
const evidence = join(folder, 'evidence');
const report = join(evidence, 'report.html');
let browser: Browser;

before(async () => {
  await rehearse({ out: evidence });
  browser = await openChromium();
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function opened(file: string, options: BrowserContextOptions = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  const seen = watched(page);
  await page.goto(pathToFileURL(file).href);
  return { page, seen };
}

const firstCells = (page: Page, grid: string, column: number) =>
  page.locator(`#${grid} tbody tr > :nth-child(${column})`).allTextContents();

const LOOKS: [string, BrowserContextOptions][] = [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
];
for (const [name, options] of LOOKS) {
  test(`${name}: asks for nothing, complains of nothing, and axe finds nothing serious`, async () => {
    const { page, seen } = await opened(report, options);
    await assertAccessible(page);
    await screenshot(page, `report-${name}`);
    for (const part of ['timeline', 'instances', 'findings']) {
      await page.locator(`#${part}`).evaluate((element) => element.scrollIntoView());
      await screenshot(page, `report-${name}-${part}`);
    }
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    assert.ok(width <= (options.viewport?.width ?? 1280), `the page itself scrolls sideways: ${width}`);
    assert.deepEqual(seen, { requests: [pathToFileURL(report).href], complaints: [] });
    await page.close();
  });
}

describe('the findings', () => {
  test('are sorted by a head, and by it again the other way', async () => {
    const { page } = await opened(report);
    const head = page.locator('#findings th[data-key=vulnerability]');
    await head.getByRole('button').click();
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    const up = await firstCells(page, 'findings', 2);
    await head.getByRole('button').click();
    const down = await firstCells(page, 'findings', 2);
    const collator = new Intl.Collator('en', { numeric: true });
    assert.deepEqual(up, up.toSorted(collator.compare));
    assert.deepEqual(
      down,
      down.toSorted((a, b) => collator.compare(b, a)),
    );
    assert.notEqual(up[0], down[0]);
    await page.close();
  });

  test('are found by words and choices, page by page, and all come back', async () => {
    const { page } = await opened(report);
    const status = page.locator('#findings [role=status]');
    const all = await status.textContent();
    await page.locator('#findings-fate').selectOption('remaining');
    await page.locator('#findings input').fill('libexpat1 fleet');
    const lines = await page.locator('#findings tbody tr').allTextContents();
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, /libexpat1.*fleet.*remaining/);
    await page.locator('#findings input').fill('no such thing');
    assert.match((await status.textContent()) ?? '', /^None of/);
    await page.getByRole('search', { name: 'Search the findings' }).getByRole('button', { name: 'Show all' }).click();
    await page.waitForFunction(
      `document.querySelector('#findings [role=status]').textContent === ${JSON.stringify(all)}`,
    );
    await page.locator('#findings [data-go=last]').click();
    assert.equal(await page.locator('#findings [data-go=on]').isDisabled(), true);
    assert.notEqual(await status.textContent(), all);
    await page.close();
  });

  test('of a number of the delta are shown by choosing it, those of an instance by its name', async () => {
    const { page } = await opened(report);
    const number = page.locator('#by-severity a[data-pick="fate=unverified"]');
    const many = await number.textContent();
    await number.click();
    assert.match((await page.locator('#findings [role=status]').textContent()) ?? '', new RegExp(`of ${many} of`));
    const name = page.locator('#instances tbody th a').first();
    const id = (await name.textContent()) ?? '';
    await name.click();
    for (const cell of await firstCells(page, 'findings', 4)) assert.equal(cell, id);
    await page.close();
  });

  test('can be reached, sorted and paged by keyboard alone', async () => {
    const { page } = await opened(report);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
    await page.keyboard.press('Enter');
    for (let tab = 0; tab < 20; tab++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.textContent')) === 'Package') break;
    }
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#findings th[data-key=package]').getAttribute('aria-sort'), 'ascending');
    await page.locator('#findings [data-go=on]').focus();
    await page.keyboard.press('Enter');
    assert.match((await page.locator('#findings .page').textContent()) ?? '', /^Page 2 of/);
    await page.close();
  });
});

test('without script the charts, tables and the first rows are there, and no tool that would not work', async () => {
  const { page, seen } = await opened(report, { javaScriptEnabled: false });
  assert.equal(await page.locator('#findings tbody tr').count(), 300);
  assert.equal(await page.locator('form.tools').first().isVisible(), false);
  assert.equal(await page.locator('#findings .pages').isVisible(), false);
  assert.equal(await page.locator('#delta svg[role=img]').isVisible(), true);
  await screenshot(page, 'report-without-script');
  assert.deepEqual(seen.complaints, []);
  await page.close();
});

test('on paper it is light, whole in width, and says where the rest is', async () => {
  const { page } = await opened(report, { colorScheme: 'dark', viewport: { width: 760, height: 1000 } });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
  assert.equal(await page.locator('.printed').isVisible(), true);
  assert.equal(await page.locator('form.tools').first().isVisible(), false);
  await screenshot(page, 'report-print');
  assert.ok((await page.pdf({ format: 'A4' })).length > 10_000);
  await page.close();
});

test('hostile names are text: no element, no script, no request comes of them', async () => {
  const hostile = `</script><img src="http://127.0.0.1:9/x" onerror=alert(1)><script>alert(2)</script>"'${'🔧'.repeat(200)}`;
  const file = join(folder, 'hostile.html');
  const rows = [row({ words: hostile, package: hostile, ring: hostile, reason: null })];
  writeFileSync(file, rendered({ rows, instances: [instance({ name: hostile, id: hostile })] }));
  const { page, seen } = await opened(file);
  await page.locator('#instances tbody th a').click();
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(seen.complaints, []);
  assert.equal(seen.requests.length, 1);
  assert.ok((await page.locator('#findings tbody').textContent())?.includes(hostile.slice(0, 90)));
  await page.close();
});

test('100,000 findings stay under 20 MB, and are usable', async (context) => {
  const file = join(folder, 'large.html');
  const { findings } = await writeLargeReport(file);
  const { size } = statSync(file);
  assert.ok(size < 20_000_000, `${size} bytes`);
  const started = performance.now();
  const { page, seen } = await opened(file);
  await page.waitForFunction(`document.querySelector('#findings [role=status]').textContent.includes('100,000')`);
  const shown = performance.now() - started;
  const filtered = await timed(page, "form.elements.text.value = 'package-37 fleet'", 'input');
  const chosen = await timed(page, "form.reset(); form.elements.severity.value = 'CRITICAL'", 'input');
  const sorted = await page.evaluate<number>(
    `(() => { const from = performance.now(); document.querySelector('#findings th[data-key=words] button').click(); document.body.offsetHeight; return performance.now() - from; })()`,
  );
  assert.equal(await page.locator('#findings tbody tr').count(), 100);
  await assertAccessible(page);
  await page.locator('#findings').evaluate((element) => element.scrollIntoView());
  await screenshot(page, 'report-100000');
  assert.deepEqual(seen.complaints, []);
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
  context.diagnostic(
    `${findings} findings: ${(size / 1e6).toFixed(1)} MB; table shown after ${seconds(shown)} s; words filtered in ${seconds(filtered)} s, a choice in ${seconds(chosen)} s, sorted in ${seconds(sorted)} s`,
  );
  await page.close();
});

/** Milliseconds from the event until the page is laid out anew. */
function timed(page: Page, change: string, event: string): Promise<number> {
  return page.evaluate<number>(
    `(() => { const form = document.querySelector('#findings form'); ${change}; const from = performance.now();
      form.dispatchEvent(new Event('${event}', { bubbles: true })); document.body.offsetHeight; return performance.now() - from; })()`,
  );
}

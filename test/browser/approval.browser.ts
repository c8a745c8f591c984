import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Waiting, waiting } from '../campaigns/waiting.ts';
import { assertAccessible, openChromium, screenshot, watched } from './chromium.ts';

let browser: Browser;
before(async () => {
  browser = await openChromium();
});
after(() => browser.close());

const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

async function opened(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, reducedMotion: 'reduce', ...options });
  await page.goto(url);
  return page;
}

async function decide(page: Page, decision: 'Yes.' | 'No.', word: string): Promise<number> {
  await page.getByRole('radio', { name: decision }).check();
  await page.getByRole('textbox').fill(word);
  const [response] = await Promise.all([page.waitForNavigation(), page.getByRole('button').click()]);
  return response?.status() ?? 0;
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

test('a yes: the page tells all, the campaign goes on', () =>
  waiting({ scenario: 'default' }, async ({ page: url, word, rehearsal, approval, toTheEnd }) => {
    for (const [name, options] of [
      ['light', {}],
      ['dark', { colorScheme: 'dark' }],
      ['phone', PHONE],
      ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
    ] as [string, BrowserContextOptions][]) {
      const page = await opened(url, options);
      await assertAccessible(page);
      await screenshot(page, `approval-${name}`, true);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      assert.ok(width <= (options.viewport?.width ?? 1000), `${name} scrolls sideways: ${width}`);
      await page.close();
    }
    const page = await opened(url);
    const seen = watched(page);
    await page.reload();
    assert.match(
      (await page.textContent('main')) ?? '',
      /17 hosts of ring fleet.*Ring canary pass.*exploited.*no-fix/s,
    );
    assert.equal((await approval()).decision, null, 'showing it decided nothing');
    assert.equal(await decide(page, 'Yes.', word), 200);
    assert.equal(await heading(page), 'Your yes is recorded');
    await assertAccessible(page);
    await screenshot(page, 'approval-said-yes');
    assert.deepEqual(seen.complaints, []);
    assert.deepEqual(new Set(seen.requests), new Set([url]), 'it asks for nothing but itself');
    assert.equal((await approval()).decision, 'yes');
    assert.equal(await toTheEnd(), 'Completed');
    assert.ok(rehearsal.inbox.some(({ subject }) => /fixed/.test(subject)));
    await page.close();
  }));

test('a no on a phone, without JavaScript; replayed kindly, the opposite refused', () =>
  waiting({}, async ({ page: url, word, approval, toTheEnd }) => {
    const page = await opened(url, { ...PHONE, javaScriptEnabled: false });
    assert.equal(await decide(page, 'No.', word), 200);
    assert.equal(await heading(page), 'Your no is recorded');
    assert.equal((await approval()).decision, 'no');
    await page.reload(); // sends the same form again
    assert.equal(await heading(page), 'Your no is recorded');
    await page.goto(url);
    assert.match((await page.textContent('main')) ?? '', /This was denied/);
    assert.equal(await page.getByRole('button').count(), 0);
    await screenshot(page, 'approval-denied-phone');
    const late = await page.request.post(url, { form: { decision: 'yes', word } });
    assert.equal(late.status(), 409);
    assert.equal(await toTheEnd(), 'Denied');
    await page.close();
  }));

test('by keyboard alone', () =>
  waiting({}, async ({ page: url, word, approval }) => {
    const page = await opened(url);
    const focused = () => page.evaluate<string>(`document.activeElement.name || document.activeElement.textContent`);
    const press = async (key: string) => page.keyboard.press(key);
    await press('Tab');
    assert.equal(await focused(), 'To the decision');
    await press('Enter');
    await press('Tab');
    assert.equal(await focused(), 'decision');
    await press('Space');
    await screenshot(page, 'approval-keyboard');
    await press('ArrowDown');
    await press('ArrowUp');
    await press('Tab');
    assert.equal(await focused(), 'word');
    await page.keyboard.type(word.toUpperCase());
    const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
    assert.equal(outline, 'solid', 'where one is can be seen');
    await Promise.all([page.waitForNavigation(), press('Enter')]);
    assert.equal(await heading(page), 'Your yes is recorded');
    assert.equal((await approval()).decision, 'yes');
    await page.close();
  }));

test('a wrong word, an altered link, a foreign one: nothing is decided, and the page says what to do', () =>
  waiting({}, async ({ page: url, state, word }: Waiting) => {
    const before = await state();
    const page = await opened(url, PHONE);
    assert.equal(await decide(page, 'Yes.', 'abc'), 422);
    const word_ = page.getByRole('textbox');
    assert.equal(await word_.getAttribute('aria-invalid'), 'true');
    assert.match((await page.getByRole('alert').textContent()) ?? '', /not the six characters.*Nothing was decided/);
    await assertAccessible(page);
    await page.getByRole('alert').scrollIntoViewIfNeeded();
    await screenshot(page, 'approval-wrong-word');
    for (const [name, altered] of [
      ['altered', url.replace(/s=./, (start) => (start === 's=A' ? 's=B' : 's=A'))],
      ['foreign', url.replace('web-1', 'web-2')],
      ['cut', url.slice(0, -3)],
    ] as const) {
      const response = await page.goto(altered);
      assert.equal(response?.status(), name === 'cut' ? 404 : 403);
      assert.equal(await page.getByRole('button').count(), 0);
      await assertAccessible(page);
      await screenshot(page, `approval-${name}`);
      assert.equal(
        (await page.request.post(altered, { form: { decision: 'yes', word } })).status(),
        response?.status(),
      );
    }
    assert.equal(await state(), before);
    await page.close();
  }));

test('trap 11: a scanner of mails opens it, runs scripts, follows all links, sends all forms as they are: nothing is decided', () =>
  waiting({}, async ({ page: url, state, rehearsal }) => {
    const before = await state();
    const page = await opened(url);
    await page.request.head(url);
    const links = await page.evaluate<string[]>('[...document.links].map((link) => link.href)');
    for (const link of links) await page.goto(link);
    await page.goto(url);
    for (const choice of await page.locator('input[type=radio]').all()) await choice.check();
    await page.evaluate(`document.querySelector('form').noValidate = true`);
    const [response] = await Promise.all([page.waitForNavigation(), page.evaluate(`document.forms[0].submit()`)]);
    assert.equal(response?.status(), 422);
    assert.equal(await state(), before);
    const visits = rehearsal.logs.filter(({ line }) => line.includes('"visited"'));
    assert.equal(visits.length, links.filter((link) => !link.startsWith(`${url}#`)).length + 4, 'each visit is logged');
    await page.close();
  }));

test('silence: the page says that it came too late', () =>
  waiting({}, async ({ page: url, word, toTheEnd }) => {
    assert.equal(await toTheEnd(), 'Denied');
    const page = await opened(url, PHONE);
    assert.match((await page.textContent('main')) ?? '', /Nobody answered until/);
    assert.equal(await page.getByRole('button').count(), 0);
    await screenshot(page, 'approval-expired');
    assert.equal((await page.request.post(url, { form: { decision: 'yes', word } })).status(), 410);
    await page.close();
  }));

test('decided with AWS credentials alone: the page shows, and has no form', () =>
  waiting({ decide: 'iam' }, async ({ page: url, word, state }) => {
    const before = await state();
    const page = await opened(url, PHONE);
    assert.match((await page.textContent('main')) ?? '', /patchwright approve web-1 fleet/);
    assert.equal(await page.getByRole('button').count(), 0);
    await assertAccessible(page);
    await screenshot(page, 'approval-iam');
    assert.equal((await page.request.post(url, { form: { decision: 'yes', word } })).status(), 403);
    assert.equal(await state(), before);
    await page.close();
  }));

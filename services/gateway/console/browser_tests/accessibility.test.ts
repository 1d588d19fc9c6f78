import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { loadDeal, openPage, settle, startBrowser, startServer, type Server } from './harness.ts';

let server: Server;
let browser: Browser;
let views: Record<string, string>;

before(async () => {
  server = await startServer();
  const customer = await loadDeal(server, '01-meridian-logistics');
  browser = await startBrowser();
  const calls = await json<{ calls: { callId: string }[] }>(`/v1/customers/${customer}/calls`);
  const { decisions } = await json<{ decisions: { id: string }[] }>('/v1/decisions?pageSize=1');
  views = {
    customers: '/',
    deal: `/customers/${customer}`,
    profile: `/customers/${customer}/profile`,
    facts: `/customers/${customer}/facts?closed=yes`,
    emails: `/customers/${customer}/emails`,
    call: `/customers/${customer}/calls/${calls.calls[0]?.callId}`,
    process: '/process',
    routing: '/routing',
    decision: `/routing/decisions/${decisions[0]?.id}`,
    jobs: '/jobs',
    unknown: '/nowhere',
  };
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function json<T>(path: string): Promise<T> {
  return (await (await fetch(server.url + path)).json()) as T;
}

// What axe finds, a line each: rule and element.
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })",
  )) as axe.AxeResults;
  return found.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)}`));
}

for (const [look, visit] of Object.entries({
  'light, wide': { width: 1280 },
  'dark, wide': { width: 1280, dark: true },
  'light, phone': { width: 375, height: 812 },
  'dark, phone': { width: 375, height: 812, dark: true },
})) {
  test(`every view has contrast, labels, order and no sideways scrolling: ${look}`, async () => {
    const { page } = await openPage(browser, server, visit);
    for (const [name, path] of Object.entries(views)) {
      await page.goto(path);
      await settle(page);
      assert.deepEqual(await violations(page), [], name);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
    }
  });

  test(`the transcript’s words pass too: ${look}`, async () => {
    const { page } = await openPage(browser, server, visit);
    await page.goto(views.deal ?? '');
    await page.locator('.person a.words').first().click();
    await page.locator('dialog mark').waitFor();
    assert.deepEqual(await violations(page), []);
  });
}

test('the keyboard reaches the content, a customer and its words', async () => {
  const { page } = await openPage(browser, server);
  await page.goto('/');
  await settle(page);
  await page.keyboard.press('Tab');
  assert.equal(await focusedText(page), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
  for (let i = 0; i < 4; ++i) await page.keyboard.press('Tab');
  assert.equal(await focusedText(page), 'meridian-logistics');
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle), 'none');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'meridian-logistics' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
  await page.locator('.story-mark').first().focus();
  assert.match(await page.locator('.mark-card').innerText(), /Raised, call 1/);
  await page.keyboard.press('Enter');
  await page.locator('dialog mark').waitFor();
});

test('on a phone the transcript keeps the focus until it is closed', async () => {
  const { page } = await openPage(browser, server, { width: 375, height: 812 });
  await page.goto(views.deal ?? '');
  const words = page.locator('.person a.words').first();
  await words.click();
  await page.locator('dialog mark').waitFor();
  for (let i = 0; i < 8; ++i) {
    await page.keyboard.press('Tab');
    const outside = await page.evaluate(() => {
      const focused = document.activeElement;
      return focused !== document.body && focused?.closest('dialog') === null;
    });
    assert.equal(outside, false);
  }
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal(await words.evaluate((element) => element === document.activeElement), true);
});

async function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => (document.activeElement as HTMLElement | null)?.innerText ?? '');
}

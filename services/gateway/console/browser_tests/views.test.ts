import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { loadDeal, openPage, settle, startBrowser, startServer, type Server } from './harness.ts';

let server: Server;
let browser: Browser;
let customer: string;

before(async () => {
  server = await startServer();
  customer = await loadDeal(server, '01-meridian-logistics');
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('from the list of customers to what stands in the way of one', async () => {
  const { page, troubles } = await openPage(browser, server);
  await page.goto('/');
  await page.getByRole('link', { name: customer }).click();
  await page.getByRole('heading', { level: 1, name: customer }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/customers/${customer}`);
  const now = page.getByRole('region', { name: 'Where the deal stands' });
  assert.match(await now.innerText(), /residency guarantee/i);
  assert.match(await now.innerText(), /Sarah Chen/);
  assert.match(await now.innerText(), /Seems to decide, and does not\s+Mike Reynolds/);
  assert.deepEqual(troubles, []);
});

test('a sign in the story opens its words in the transcript; Escape closes them', async () => {
  const { page, troubles } = await openPage(browser, server, { width: 1440 });
  await page.goto(`/customers/${customer}`);
  const sign = page.getByRole('link', { name: /resolved in call 3/ }).first();
  await sign.hover();
  assert.match(await page.locator('.mark-card').innerText(), /Resolved, call 3/);
  await sign.click();
  const panel = page.getByRole('dialog', { name: 'Words in the transcript' });
  const marked = await panel.locator('mark').innerText();
  const label = (await sign.getAttribute('aria-label')) ?? '';
  assert.ok(label.includes(marked), `${label} does not hold “${marked}”`);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  assert.equal(await sign.evaluate((element) => element === document.activeElement), true);
  assert.deepEqual(troubles, []);
});

test('an address with words opens them again', async () => {
  const { page } = await openPage(browser, server);
  await page.goto(`/customers/${customer}`);
  await page.getByRole('link', { name: /raised in call 1/ }).first().click();
  await page.locator('dialog mark').waitFor();
  await page.reload();
  await page.locator('dialog mark').waitFor();
  await page.goBack();
  await page.locator('dialog').waitFor({ state: 'detached' });
});

test('profile, facts and e-mails each have their address and lead to words', async () => {
  const { page, troubles } = await openPage(browser, server);
  await page.goto(`/customers/${customer}`);
  for (const [name, path] of [['Profile', 'profile'], ['Facts', 'facts'], ['E-mails', 'emails']] as const) {
    await page.getByRole('navigation', { name: 'Parts of the deal' }).getByRole('link', { name }).click();
    await settle(page);
    assert.equal(new URL(page.url()).pathname, `/customers/${customer}/${path}`);
    await page.locator('a.words, a.claim').first().click();
    await page.locator('dialog mark').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  assert.equal(await page.getByRole('article').count(), 5);
  assert.deepEqual(troubles, []);
});

test('facts are found by words and by kind, those that no longer hold on demand', async () => {
  const { page } = await openPage(browser, server);
  await page.goto(`/customers/${customer}/facts`);
  await settle(page);
  const entries = page.locator('#facts').locator('xpath=../..').locator('.entry');
  const all = await entries.count();
  await page.getByRole('searchbox', { name: 'Search facts' }).fill('residency');
  const found = await entries.count();
  assert.ok(found > 0 && found < all, `${found} of ${all}`);
  for (const text of await entries.locator('.entry-text').allInnerTexts()) assert.match(text, /residency/i);
  await page.getByRole('searchbox', { name: 'Search facts' }).fill('');
  await page.getByRole('checkbox', { name: 'Also what no longer holds' }).check();
  assert.ok((await entries.count()) > all);
});

test('a call shows its result beside its transcript, and how models were chosen', async () => {
  const { page, troubles } = await openPage(browser, server);
  await page.goto(`/customers/${customer}`);
  await page.getByRole('link', { name: /^Call 4/ }).first().click();
  await page.getByRole('heading', { name: 'Transcript' }).waitFor();
  assert.ok((await page.locator('.call-transcript .turn').count()) > 10);
  await page.getByRole('link', { name: 'Analyse call' }).click();
  await page.getByRole('heading', { name: 'Attempts' }).waitFor();
  assert.match(await page.locator('.checks').first().innerText(), /quotes/);
  assert.deepEqual(troubles, []);
});

test('routing sums the ledger by model, work, customer and day', async () => {
  const { page, troubles } = await openPage(browser, server);
  await page.goto('/routing');
  for (const [group, row] of [['By model', /extractive/], ['By work', /Analyse call/], ['By customer', /meridian/], ['By day', /\d+ \w+/]] as const) {
    await page.getByRole('button', { name: group }).click();
    await page.locator('.bar-key', { hasText: row }).first().waitFor();
  }
  await page.getByRole('checkbox', { name: /draft was not enough/ }).check();
  for (const outcome of await page.locator('.table-decisions td[data-label=Outcome]').allInnerTexts()) {
    assert.notEqual(outcome, 'Draft accepted');
  }
  assert.deepEqual(troubles, []);
});

test('an unknown customer and an unknown address say so', async () => {
  const { page } = await openPage(browser, server);
  await page.goto('/customers/nobody-here');
  const alert = page.getByRole('alert');
  await alert.waitFor();
  assert.match(await alert.innerText(), /Request [0-9a-f]{16,}/);
  await page.goto('/nowhere/at/all');
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
});

test('a server that cannot be reached is told, and asked again on demand', async () => {
  const { page } = await openPage(browser, server);
  await page.route('**/v1/customers?*', (route) => route.abort());
  await page.goto('/');
  await page.getByRole('alert').getByText('cannot be reached').waitFor();
  await page.unroute('**/v1/customers?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: customer }).waitFor();
});

test('the theme follows the system until one is chosen, and the choice is kept', async () => {
  const { page } = await openPage(browser, server, { dark: true });
  await page.goto('/jobs');
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.getByRole('button', { name: 'Switch to the light theme' }).click();
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  await page.getByRole('button', { name: 'Switch to the dark theme' }).waitFor();
  assert.equal(await ground(), light);
});

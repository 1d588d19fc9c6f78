import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { GetSpendResponse } from '../src/api/types.ts';
import { formatCost } from '../src/lib/format.ts';
import { word } from '../src/lib/words.ts';
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

test('routing sums the ledger by model, work, customer, day and outcome', async () => {
  const { page, troubles } = await openPage(browser, server);
  await page.goto('/routing');
  for (const [group, row] of [['By outcome', /Accepted/], ['By model', /extractive/], ['By work', /Analyse call/], ['By customer', /meridian/], ['By day', /\d+ \w+/]] as const) {
    await page.getByRole('button', { name: group }).click();
    await page.locator('.bar-key', { hasText: row }).first().waitFor();
  }
  await page.getByRole('checkbox', { name: /draft was not enough/ }).check();
  for (const outcome of await page.locator('.table-decisions td[data-label=Outcome]').allInnerTexts()) {
    assert.notEqual(outcome, 'Draft accepted');
  }
  assert.deepEqual(troubles, []);
});

test('what was spent, on what, and why is what the ledger says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-models-'));
  const models = join(folder, 'router.yaml');
  const priced = (id: string, usd: number) => `  - {name: builtin/${id}, provider: builtin, id: ${id}, price: {input: ${usd}, cached_input: ${usd}, output: ${usd}}, max_output_tokens: 8192}`;
  const cascades = ['analyze_call', 'extract_facts', 'write_email'].map((task) => `  ${task}: {cascade: [builtin/extractive-fast, builtin/extractive-deep]}`);
  writeFileSync(models, ['providers: {builtin: {type: builtin}}', 'models:', priced('extractive-fast', 10), priced('extractive-deep', 500), 'tasks:', ...cascades, ''].join('\n'));
  const paid = await startServer(['--router-config', models]);
  try {
    await loadDeal(paid, '01-meridian-logistics');
    const spend = async (group: string) => (await fetch(`${paid.url}/v1/spend?groupBy=SPEND_GROUP_${group}`)).json() as Promise<GetSpendResponse>;
    const { page, troubles } = await openPage(browser, paid);
    await page.goto('/routing');
    await settle(page);
    const stat = async (name: string) => (await page.locator('.stat', { has: page.getByText(name, { exact: true }) }).locator('.stat-value').innerText());
    const ledger = await spend('OUTCOME');
    const total = formatCost(ledger.total?.cost);
    assert.notEqual(total, '$0');
    for (const name of ['Today', 'Last 30 days', 'Spent']) assert.equal(await stat(name), total, name);
    assert.notEqual(await stat('Month at this pace'), '$0');
    assert.equal(await stat('Calls without a price'), '0');

    const bars = async () => Promise.all((await page.locator('.bar-row').all()).map(async (bar) =>
      `${await bar.locator('.bar-key').innerText()} ${(await bar.locator('.bar-amount').innerText()).split('\n')[0]}`));
    await page.getByRole('button', { name: 'By outcome' }).click();
    await page.locator('.bar-key', { hasText: 'Accepted' }).waitFor();
    assert.deepEqual(await bars(), ledger.rows.map((row) => `${word(`ATTEMPT_OUTCOME_${row.key.toUpperCase()}`)} ${formatCost(row.cost)}`));
    const reasons = await spend('REASON');
    const first = reasons.rows?.[0];
    assert.ok(first, 'a draft that was not enough');
    await page.getByRole('button', { name: 'By reason to escalate' }).click();
    // The outcomes go before the reasons are there.
    await page.locator('.bar-key', { hasText: word(`DECISION_REASON_${first.key.toUpperCase()}`) }).waitFor();
    assert.deepEqual(await bars(), reasons.rows.map((row) => `${word(`DECISION_REASON_${row.key.toUpperCase()}`)} ${formatCost(row.cost)}`));

    const table = page.getByRole('table', { name: 'What a request costs' });
    for (const row of ledger.economics ?? []) {
      const cells = await table.getByRole('row', { name: word(row.task) }).getByRole('cell').allInnerTexts();
      assert.deepEqual(cells.slice(2, 5), [row.medianCost, row.p95Cost, row.cost].map(formatCost));
      assert.ok((row.medianCost?.usd ?? 0) > 0 && (row.p95Cost?.usd ?? 0) >= (row.medianCost?.usd ?? 0));
    }
    assert.deepEqual(troubles, []);
  } finally {
    await paid.stop();
    rmSync(folder, { recursive: true });
  }
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

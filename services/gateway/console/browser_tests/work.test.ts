import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { deals, loadDeal, makeKey, openPage, startBrowser, startServer, type Server } from './harness.ts';

const call1 = join(deals, '01-meridian-logistics/call-1.txt');
let server: Server;
let browser: Browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('without customers the list says how to begin', async () => {
  const { page } = await openPage(browser, server);
  await page.goto('/');
  await page.getByText('No customer yet').waitFor();
});

test('a chosen file is processed step by step and leads to its call', async () => {
  const { page, troubles } = await openPage(browser, server);
  await page.goto('/process');
  await page.getByLabel('Customer').fill('by file');
  await page.locator('input[type=file]').setInputFiles(call1);
  await page.getByRole('button', { name: 'Process', exact: true }).click();
  await page.getByRole('heading', { name: 'Result' }).waitFor();
  assert.equal(await page.locator('.step-done').count(), 5);
  await page.getByRole('link', { name: 'E-mail and details' }).click();
  await page.getByRole('heading', { name: 'Transcript' }).waitFor();
  assert.match(page.url(), /customers\/by%20file\/calls\//);
  assert.deepEqual(troubles, []);
});

test('a dropped file is taken, a pasted transcript too', async () => {
  const { page } = await openPage(browser, server);
  await page.goto('/process?customer=dropped');
  const text = readFileSync(call1, 'utf8');
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'dropped.txt', { type: 'text/plain' }));
    return data;
  }, text);
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer });
  await page.getByText('dropped.txt').waitFor();
  await page.getByRole('button', { name: 'Take it out' }).click();
  await page.getByLabel('or paste it').fill(text);
  await page.getByRole('button', { name: 'Process', exact: true }).click();
  await page.getByRole('link', { name: 'The deal' }).click();
  await page.getByRole('heading', { level: 1, name: 'dropped' }).waitFor();
});

test('what is missing is said before anything is sent, what is wrong with the request’s id', async () => {
  const { page } = await openPage(browser, server);
  await page.goto('/process?customer=wrong');
  await page.getByRole('button', { name: 'Process', exact: true }).click();
  await page.getByRole('alert').getByText('Drop a file').waitFor();
  await page.getByLabel('or paste it').fill('{"not": "a transcript"}');
  await page.getByRole('button', { name: 'Process', exact: true }).click();
  const problem = page.locator('.process-run').getByRole('alert');
  await problem.waitFor();
  assert.match(await problem.innerText(), /Request [0-9a-f]{16,}/);
});

test('a conversation taken in the background is a job until it is done', async () => {
  const { page, troubles } = await openPage(browser, server);
  const messages = [
    { role: 'Ana Ruiz', content: 'Twelve thousand a year is too much for us.' },
    { role: 'Ben Cole', content: 'I will send you a smaller package by Friday.' },
  ];
  const taken = await fetch(`${server.url}/v1/ingest`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ customerId: 'in the background', messages }),
  });
  assert.equal(taken.status, 200, await taken.text());
  await page.goto('/jobs');
  const row = page.getByRole('row', { name: /in the background/ });
  await row.getByText('Succeeded').waitFor();
  await row.getByRole('rowheader').getByRole('link').click();
  await page.getByRole('heading', { name: 'Transcript' }).waitFor();
  assert.deepEqual(troubles, []);
});

test('a failed job is tried again and a waiting one cancelled', async () => {
  const { page } = await openPage(browser, server);
  const job = (id: string, state: string, error = '') => ({
    id, customerId: 'acme', callId: `call-${id}`, state: `JOB_STATE_${state}`, attempts: 1, error,
    createdAt: '2026-03-01T10:00:00Z', step: 'PIPELINE_STEP_UNSPECIFIED',
  });
  const jobs = [job('1', 'FAILED', 'no model answered'), job('2', 'QUEUED'), job('3', 'SUCCEEDED')];
  const posted: string[] = [];
  await page.route('**/v1/jobs**', (route) => {
    if (route.request().method() === 'POST') posted.push(new URL(route.request().url()).pathname);
    return route.fulfill({ json: route.request().method() === 'POST' ? {} : { jobs, nextPageToken: '' } });
  });
  await page.goto('/jobs');
  await page.getByText('no model answered').waitFor();
  for (const [name, path] of [['Try the job of call-1 again', 'retry'], ['Cancel the job of call-2', 'cancel']] as const) {
    const sent = page.waitForRequest((request) => request.url().endsWith(path));
    await page.getByRole('button', { name }).click();
    await sent;
  }
  assert.deepEqual(posted, ['/v1/jobs/1/retry', '/v1/jobs/2/cancel']);
  assert.equal(await page.getByRole('button', { name: /call-3/ }).count(), 0);
});

test('where keys are wanted, one is asked for once and kept in the tab only', async () => {
  const { file, key } = makeKey();
  const guarded = await startServer(['--api-keys', file]);
  try {
    const guardedCustomer = await loadDeal(guarded, 'kestrel-foods', key);
    const { page } = await openPage(browser, guarded);
    await page.goto('/');
    await page.getByRole('button', { name: 'Enter an API key' }).click();
    await page.getByLabel('Key', { exact: true }).fill('tl.wrong.key');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('button', { name: 'Enter an API key' }).click();
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('link', { name: guardedCustomer }).waitFor();
    assert.deepEqual(await page.evaluate(() => Object.values({ ...localStorage })), []);
    await page.reload();
    await page.getByRole('link', { name: guardedCustomer }).waitFor();
  } finally {
    await guarded.stop();
  }
});

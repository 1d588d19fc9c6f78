// A real server and a real Chromium for the tests.

import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';

const root = resolve('../../..');
const binary = process.env.THROUGHLINE_BIN ?? join(root, 'build/release/bin/throughline');
const consoleDir = resolve(process.env.CONSOLE_DIR ?? 'dist');
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const startMs = 20_000;

export const deals = join(root, 'tests/data/deals');

export interface Server {
  url: string;
  stop: () => Promise<void>;
}

// The one-process server on a free port, with an empty store of its own.
export async function startServer(flags: string[] = []): Promise<Server> {
  if (!existsSync(binary)) throw new Error(`${binary} is not built; build it or set THROUGHLINE_BIN`);
  if (!existsSync(join(consoleDir, 'index.html'))) throw new Error(`${consoleDir} has no index.html; run make console`);
  const data = mkdtempSync(join(tmpdir(), 'console-test-'));
  const child = spawn(binary, ['serve', '--port', '0', '--http-port', '0', '--data-dir', data, '--console', consoleDir, ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await addressOf(child);
  return {
    url,
    stop: async () => {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error('the server did not become healthy')), startMs);
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(timer);
      found((JSON.parse(line) as { http: string }).http);
    });
  });
}

// Sends the calls of a labelled series in order.
export async function loadDeal(server: Server, folder: string, key = ''): Promise<string> {
  const labels = JSON.parse(readFileSync(join(deals, folder, 'labels.json'), 'utf8')) as {
    customer_id: string;
    calls: { file: string; date: string }[];
  };
  for (const call of labels.calls) {
    const answer = await fetch(`${server.url}/v1/calls`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) },
      body: JSON.stringify({
        customerId: labels.customer_id,
        callDate: call.date,
        transcript: readFileSync(join(deals, folder, call.file), 'utf8'),
      }),
    });
    if (!answer.ok) throw new Error(`${folder}/${call.file}: ${await answer.text()}`);
  }
  return labels.customer_id;
}

// A file of one API key, and the key.
export function makeKey(): { file: string; key: string } {
  const key = `tl.test-key.${'s'.repeat(32)}`;
  const file = join(mkdtempSync(join(tmpdir(), 'console-keys-')), 'keys.yaml');
  const digest = createHash('sha256').update(key).digest('hex');
  writeFileSync(file, `keys:\n  - id: test-key\n    tenant: acme\n    sha256: ${digest}\n    scopes: [read, write, complete]\n`, { mode: 0o600 });
  return { file, key };
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
}

export interface Visit {
  width?: number;
  height?: number;
  dark?: boolean;
}

// A page of its own context. `troubles` gathers what the page throws, logs as an error, or asks of
// another host.
export async function openPage(browser: Browser, server: Server, visit: Visit = {}): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({
    viewport: { width: visit.width ?? 1280, height: visit.height ?? 900 },
    colorScheme: visit.dark ? 'dark' : 'light',
    baseURL: server.url,
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) troubles.push(`asked ${request.url()}`);
  });
  return { page, troubles };
}

export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.querySelector('.loading') === null);
}

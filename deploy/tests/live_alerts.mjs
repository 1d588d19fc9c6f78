// Alerts in a live run: starts `throughline serve`, Redis and Prometheus with our rules, brings faults
// about one by one and waits until Prometheus fires what should fire. Silence before the faults is part
// of it. The alerts' `for` is cut to two seconds, or this would take hours; nothing else is changed.
//
//   node live_alerts.mjs BIN_DIR       needs prometheus and redis-server
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { root } from './helm.mjs';

const bin = path.resolve(process.argv[2]);
const kPatience_ms = 180_000;
const kAtOnce = 64; // requests
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-alerts.'));
const children = [];

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

function start(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

async function until(what, holds) {
  const deadline = Date.now() + kPatience_ms;
  while (Date.now() < deadline) {
    const value = await Promise.resolve().then(holds).catch(() => undefined);
    if (value) return value;
    await pause(200);
  }
  throw new Error(`${what}: not within ${kPatience_ms / 1000} s`);
}

// What `throughline serve` says of itself once it is healthy.
function announcement(server) {
  let announced;
  server.stdout.on('data', (chunk) => { announced ??= JSON.parse(String(chunk).split('\n')[0]); });
  return until('throughline serve', () => announced);
}

const price = '    price: {input: 0, cached_input: 0, output: 0}\n';
const model = (name, provider, priced) => `  - name: ${name}\n    provider: ${provider}\n    id: ${name.split('/').at(-1)}\n${priced ? price : ''}    max_output_tokens: 1024\n    timeout: 2s\n`;
const models = path.join(folder, 'router.yaml');

try {
  const [redisPort, prometheusPort, nobody] = [await freePort(), await freePort(), await freePort()];
  // One model without a price, and a provider where nobody listens.
  fs.writeFileSync(models, `providers:\n  builtin:\n    type: builtin\n  gone:\n    type: openai\n    base_url: http://127.0.0.1:${nobody}/v1\nmodels:\n${model('builtin/extractive-deep', 'builtin', false)}${model('gone/model', 'gone', true)}tasks:\n  general:\n    cascade: [gone/model]\n  analyze_call:\n    cascade: [builtin/extractive-deep]\n  extract_facts:\n    cascade: [builtin/extractive-deep]\n  write_email:\n    cascade: [builtin/extractive-deep]\n`);
  const redis = start('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
  await until('Redis', () => new Promise((resolve) => net.connect(redisPort, '127.0.0.1').once('connect', () => resolve(true)).once('error', () => resolve(false))));
  const server = start(path.join(bin, 'throughline'), ['serve', '--port', '0', '--metrics-port', '0', '--http-port', '0', '--data-dir', path.join(folder, 'data'), '--router-config', models, '--redis', `127.0.0.1:${redisPort}`]);
  const announced = await announcement(server);
  // Another that keeps an audit log and of the rest no more on disk than it opens at the start.
  const recorder = start('sh', ['-c', 'trap "" XFSZ; exec "$@"', 'sh', path.join(bin, 'throughline'), 'serve', '--port', '0', '--metrics-port', '0', '--http-port', '0', '--data-dir', path.join(folder, 'recorded'), '--store', 'memory', '--audit-log', path.join(folder, 'audit.jsonl')]);
  const recording = await announcement(recorder);

  fs.mkdirSync(path.join(folder, 'rules'));
  for (const file of fs.readdirSync(path.join(root, 'deploy/prometheus/rules'))) {
    const text = fs.readFileSync(path.join(root, 'deploy/prometheus/rules', file), 'utf8');
    fs.writeFileSync(path.join(folder, 'rules', file), text.replace(/for: .*/g, 'for: 2s').replace(/interval: 30s/, 'interval: 1s'));
  }
  fs.writeFileSync(path.join(folder, 'prometheus.yml'), `global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [rules/*.yml]\nscrape_configs: [{job_name: throughline, static_configs: [{targets: ["${announced.metrics}"], labels: {component: all}}, {targets: ["${recording.metrics}"], labels: {component: recorder}}]}]\n`);
  start('prometheus', [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/tsdb`, `--web.listen-address=127.0.0.1:${prometheusPort}`]);
  const firing = async () => {
    const answer = await (await fetch(`http://127.0.0.1:${prometheusPort}/api/v1/alerts`)).json();
    return new Set(answer.data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname));
  };
  await until('Prometheus', async () => {
    const answer = await (await fetch(`http://127.0.0.1:${prometheusPort}/api/v1/query?query=up`)).json();
    return answer.data.result.length === 2;
  });

  let customers = 0;
  const calls = path.join(root, 'tests/data/deals/01-meridian-logistics');
  const servers = () => ['--server', announced.address, '--memory-server', announced.address, '--router-server', announced.address];
  const command = (...args) => new Promise((resolve) => start(path.join(bin, 'throughline'), [...args, ...servers()]).once('exit', resolve));
  const process_call = () => command('process', '--customer', `c${customers++}`, path.join(calls, 'call-1.txt'));
  const recall = () => command('recall', '--customer', 'c0', '--query', 'price');
  const complete = () => fetch(`${announced.http}/v1/chat/completions`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: `Say ${customers++}.` }] }) });

  // Each leaves a line in the audit log, were it refused.
  const recorded = async (records) => {
    for (let sent = 0; sent < records; sent += kAtOnce) {
      await Promise.all(Array.from({ length: kAtOnce }, async () => (await fetch(`${recording.http}/v1/customers/c/facts/f/invalidate`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })).arrayBuffer()));
    }
  };

  await recorded(kAtOnce);
  await pause(5000);
  const early = await firing();
  if (early.size) throw new Error(`fires before any fault: ${[...early]}`);
  console.log('ok      nothing fires before the faults');

  // A fault is kept up until its alerts fire.
  const faults = [
    ['a model without a price', ['UnpricedModel'], process_call],
    ['a provider that is gone', ['ProviderErrors', 'WastedModelCalls', 'RoutingFailed', 'CircuitOpen', 'GatewayBurnPage1h'], complete],
    ['Redis stops', ['RecallCacheFailing'], async () => { await stop(redis); await recall(); }],
    ['a refused change of the models', ['ModelsRefused'], async () => { fs.writeFileSync(models, `models: ${customers++}`); await pause(1500); }],
    ['a full disk', ['AuditLogFailing', 'AuditRecordsLost'], async () => { execFileSync('prlimit', ['--pid', String(recorder.pid), '--fsize=1:']); await recorded(4096); }],
    ['the server stops', ['TargetDown', 'OrchestratorAbsent'], () => stop(server)],
  ];
  for (const [fault, alerts, bring] of faults) {
    await until(`${fault}: ${alerts}`, async () => {
      await bring();
      const now = await firing();
      return alerts.every((alert) => now.has(alert));
    });
    console.log(`ok      ${fault}: ${alerts.join(', ')}`);
  }
} finally {
  for (const child of children.reverse()) await stop(child);
  fs.rmSync(folder, { recursive: true, force: true });
}

// Runs `throughline serve`, sends calls through it, scrapes /metrics and holds the rules and dashboards
// against what is really there: every family they read is exported with the labels they select by.
//
//   node live_metrics.mjs BIN_DIR
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expressions, family, isRecorded, selectors } from './expressions.mjs';
import { root } from './helm.mjs';

const bin = path.resolve(process.argv[2]);
const deadline_ms = 60_000;
// Families that appear only once their event has happened, which the calls below do not bring about: an
// answer without text, a streamed one, a shadow, a cascade that does not pay, recalls by meaning, for which
// there is no embedder, traces, certificates, and PostgreSQL.
const kSilentHere = ['throughline_router_empty_outputs_total', 'throughline_router_shadow_agreement_total',
  'throughline_router_cascade_dearer', 'throughline_router_first_text_seconds',
  'throughline_trace_spans_total', 'throughline_memory_meaning_total',
  'throughline_tls_certificate_expiry_timestamp_seconds', 'throughline_postgres_connections',
  'throughline_postgres_max_connections', 'throughline_postgres_wait_seconds',
  'throughline_postgres_missed_connections_total'];
// Labels that Prometheus or its configuration adds.
const kTargetLabels = ['job', 'namespace', 'instance', 'component', 'le'];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-live.'));
// The built-in models, one of them without a price, and a budget.
const models = path.join(folder, 'router.yaml');
const configuration = fs.readFileSync(path.join(root, 'deploy/config/router.yaml'), 'utf8');
fs.writeFileSync(models, `${configuration.replace(/^ +price: .*\n/m, '')}\nbudgets:\n  - {name: daily, scope: tenant, window: day, limit_requests: 1000}\n`);
const server = spawn(path.join(bin, 'throughline'), ['serve', '--port', '0', '--metrics-port', '0', '--http-port', '0', '--data-dir', path.join(folder, 'data'), '--router-config', models, '--audit-log', path.join(folder, 'audit.jsonl')], { stdio: ['ignore', 'pipe', 'ignore'] });
let scraped = '';
try {
  const announced = await new Promise((resolve, reject) => {
    let text = '';
    server.stdout.on('data', (chunk) => {
      text += chunk;
      const line = text.split('\n').find((candidate) => candidate.includes('"metrics"'));
      if (line) resolve(JSON.parse(line));
    });
    server.on('exit', (code) => reject(new Error(`throughline serve ended with ${code}`)));
    setTimeout(() => reject(new Error('throughline serve was not ready in time')), deadline_ms).unref();
  });
  const call = path.join(root, 'tests/data/deals/01-meridian-logistics');
  for (const number of [1, 2]) {
    execFileSync(path.join(bin, 'throughline'), ['process', '--server', announced.address, '--memory-server', announced.address, '--router-server', announced.address, '--customer', 'meridian', `--call-id=call-${number}`, path.join(call, `call-${number}.txt`)], { stdio: 'ignore', timeout: deadline_ms });
  }
  await fetch(`${announced.http}/healthz`);
  // A change of the models that the router refuses; it looks twice a second.
  fs.writeFileSync(models, 'models: nothing of the kind');
  const scrape = async () => (await fetch(`http://${announced.metrics}/metrics`)).text();
  for (let tries = 0; tries < 100 && !scraped.includes('throughline_router_config_reloads_total'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    scraped = await scrape();
  }
} finally {
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  fs.rmSync(folder, { recursive: true });
}

const problems = [];
try {
  execFileSync('promtool', ['check', 'metrics'], { input: scraped, stdio: 'pipe' });
} catch (error) {
  problems.push(`promtool check metrics: ${error.stderr}${error.stdout}`);
}
const labelsOf = new Map();
for (const [, name, labels] of scraped.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)) {
  const known = labelsOf.get(name) ?? new Set();
  for (const [, label] of (labels ?? '').matchAll(/(\w+)="/g)) known.add(label);
  labelsOf.set(name, known);
}
let checked = 0;
for (const { where, text } of expressions) {
  for (const { metric, labels } of selectors(text)) {
    if (isRecorded(metric) || !/^(throughline|grpc)_/.test(metric)) continue;
    if (kSilentHere.includes(family(metric))) continue;
    if (!labelsOf.has(metric)) { problems.push(`${where}: ${metric} is not in the scrape`); continue; }
    checked++;
    for (const [, label] of (labels ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
      if (!kTargetLabels.includes(label) && !labelsOf.get(metric).has(label)) problems.push(`${where}: ${metric} has no label ${label}`);
    }
  }
}
for (const problem of problems) console.log(problem);
console.log(`${checked} selectors held against a live scrape of ${labelsOf.size} series names, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);

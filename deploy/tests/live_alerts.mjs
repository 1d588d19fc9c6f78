// Alerts in a live run: programs, Redis, PostgreSQL and Prometheus with our rules; faults are brought
// about all at once, each in a namespace of its own, until Prometheus fires what should fire. Silence
// before the faults is part of it. The alerts' `for` is cut to two seconds, or this would take hours;
// nothing else is changed. Where a rule compares with a quarter of an hour or a week ago, that past is
// written into Prometheus before it starts.
//
// Left out is what only a cluster exports: CrashLoop, VolumeFillingUp, MigrationFailed.
//
//   node live_alerts.mjs BIN_DIR [ALERT...]     with ALERT, only the faults that fire those
//
// Needs prometheus, redis-server, sqlite3 and openssl; faults of PostgreSQL are left out where it is not installed.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const bin = path.resolve(process.argv[2]);
const wanted = process.argv.slice(3);
// Beyond 65,536 audit records some are lost: minutes of requests on a busy machine.
const kPatience_ms = 420_000;
const kAtOnce = 64; // requests
const kMinute_s = 60;
const kWeek_s = 7 * 24 * 60 * kMinute_s;
// Of the newest PostgreSQL; undefined when there is none.
const postgresPrograms = fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql').sort((one, other) => one - other).map((version) => `/usr/lib/postgresql/${version}/bin`).filter((bin) => fs.existsSync(`${bin}/initdb`)).at(-1) : undefined;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-alerts.'));
const inFolder = (...names) => path.join(folder, ...names);
const children = [];
const began = Date.now();

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const each = (number, call) => Promise.all(Array.from({ length: number }, call));
const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

async function until(what, holds) {
  const deadline = Date.now() + kPatience_ms;
  while (Date.now() < deadline) {
    const value = await Promise.resolve().then(holds).catch(() => undefined);
    if (value) return value;
    await pause(200);
  }
  throw new Error(`${typeof what === 'function' ? what() : what}: not within ${kPatience_ms / 1000} s`);
}

function start(command, args, endsBy = 'SIGKILL') {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(Object.assign(child, { endsBy }));
  return child;
}

async function stop(child, signal = child.endsBy) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

// -- What is scraped: [{ targets, labels }] as Prometheus reads them.
let targets = [];
const scrape = () => {
  fs.writeFileSync(inFolder('targets.next'), JSON.stringify(targets));
  fs.renameSync(inFolder('targets.next'), inFolder('targets.json'));
};
const scrapeAt = (address, namespace, component) => {
  targets.push({ targets: [address], labels: { namespace, component } });
  scrape();
};
const metricsOf = async (address) => (await fetch(`http://${address}/metrics`)).text();

// -- Programs. Each goes on when a file may grow no more, as on a full disk.
async function program(namespace, component, name, args) {
  const child = start('sh', ['-c', 'trap "" XFSZ; exec "$@"', 'sh', path.join(bin, name), ...args]);
  let announced;
  child.stdout.on('data', (chunk) => { announced ??= JSON.parse(String(chunk).split('\n')[0]); });
  await until(`${name} of ${namespace}`, () => announced);
  scrapeAt(announced.metrics, namespace, component);
  return { child, ...announced };
}
const serve = (namespace, ...args) => program(namespace, 'all', 'throughline', ['serve', '--port', '0', '--metrics-port', '0', '--http-port', '0', '--data-dir', inFolder(namespace), ...args]);
const memoryAlone = (namespace, ...args) => program(namespace, 'memory', 'throughline-memory', ['--port', '0', '--metrics-port', '0', ...args]);
const fillDisk = ({ child }) => execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=1:']);
// A gateway before a service alone; its URL.
async function front(...args) {
  const port = await freePort();
  start(path.join(bin, 'throughline-gateway'), ['--port', '0', '--metrics-port', '0', '--http-port', String(port), ...args]);
  await until('the gateway', async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  return `http://127.0.0.1:${port}`;
}

// -- Requests.
let requests = 0;
const post = async (url, body) => (await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).arrayBuffer();
const transcript = fs.readFileSync(path.join(root, 'tests/data/deals/01-meridian-logistics/call-1.txt'), 'utf8');
const processCall = (url) => post(`${url}/v1/calls`, { customerId: `c${requests++}`, transcript });
const complete = (url) => post(`${url}/v1/chat/completions`, { model: 'auto', messages: [{ role: 'user', content: `Say ${requests++}.` }] });
const recall = (url, more = {}) => post(`${url}/v1/customers/c/recall`, { query: 'price', ...more });
const retain = (url, time) => post(`${url}/v1/customers/c/retain`, { texts: [{ text: `They asked for the price ${requests++} times.`, ...(time && { at: time }) }] });

// -- Models. `price` in US dollars for a million tokens.
const model = (name, price, timeout = '2s') => `  - name: ${name}\n    provider: ${name.split('/')[0]}\n    id: ${name.split('/').at(-1)}\n${price === undefined ? '' : `    price: {input: ${price}, cached_input: ${price}, output: ${price}}\n`}    max_output_tokens: 1024\n    timeout: ${timeout}\n`;
const kOwnModel = 'builtin/extractive-deep';
// A file of models at a provider's port, the cascade that answers prompts, and the model that reads calls.
function routing(namespace, port, models, cascade, more = '', reads = kOwnModel) {
  const file = inFolder(`${namespace}.yaml`);
  const tasks = ['analyze_call', 'extract_facts', 'write_email'].map((task) => `  ${task}:\n    cascade: [${reads}]\n`);
  fs.writeFileSync(file, `providers:\n  builtin:\n    type: builtin\n  dear:\n    type: openai\n    base_url: http://127.0.0.1:${port}/v1\nmodels:\n${model(kOwnModel)}${models.join('')}tasks:\n  general:\n    cascade: [${cascade}]\n${tasks.join('')}${more}`);
  return ['--router-config', file];
}
// A provider of which "strong" answers, "draft" has nothing to say, and charges for it, and "endless"
// never answers.
function provider() {
  const server = http.createServer((request, response) => {
    request.on('error', () => {});
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      const { model: id } = JSON.parse(body);
      if (id === 'endless') return; // never an answer
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ id: '1', object: 'chat.completion', created: 0, model: id, choices: [{ index: 0, message: { role: 'assistant', content: id === 'strong' ? 'This is said.' : '' }, finish_reason: 'stop' }], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } }));
    });
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

// -- PostgreSQL, in which somebody holds every table for a second and a half, over and over.
let database;
function postgres() {
  database ??= (async () => {
    const home = inFolder('postgres');
    fs.mkdirSync(home);
    const asServer = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : ['env'];
    if (process.getuid() === 0) {
      fs.chmodSync(folder, 0o711);
      execFileSync('chown', ['postgres:postgres', home]);
    }
    const [initdb, ...rest] = [...asServer, path.join(postgresPrograms, 'initdb'), '--pgdata', home, '--username=throughline', '--auth=trust', '--no-sync'];
    execFileSync(initdb, rest, { cwd: '/', stdio: 'ignore' });
    const [server, ...options] = [...asServer, path.join(postgresPrograms, 'postgres'), '-D', home, '-k', home, '-c', 'listen_addresses=', '-c', 'fsync=off'];
    start(server, options, 'SIGINT'); // without waiting for its clients
    fs.writeFileSync(inFolder('conninfo'), `host=${home} user=throughline dbname=postgres`);
    await until('PostgreSQL', () => fs.existsSync(path.join(home, '.s.PGSQL.5432')));
    return home;
  })();
  return database;
}
let holder;
function holdTables(home) {
  holder ??= start(path.join(postgresPrograms, 'psql'), ['-h', home, '-U', 'throughline', 'postgres', '-c', "DO $$ DECLARE held text; BEGIN LOOP FOR held IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'memory' LOOP EXECUTE 'LOCK TABLE ' || held; END LOOP; PERFORM pg_sleep(1.5); COMMIT; END LOOP; END $$"]);
}
async function onPostgres(namespace, ...args) {
  const home = await postgres();
  const url = await front('--memory', (await memoryAlone(namespace, '--store', `postgres:${inFolder('conninfo')}`, ...args)).address);
  return async () => {
    holdTables(home);
    await each(8, () => recall(url));
  };
}

const dear = await provider();
const dearPort = dear.address().port;
const nobody = await freePort();
const burns = (part) => ['Page1h', 'Page6h', 'Ticket1d', 'Ticket3d'].map((pace) => `${part}Burn${pace}`);

// The past: what an hour cost a week ago, and jobs that waited a quarter of an hour ago. In OpenMetrics.
function past() {
  const now_s = Math.floor(Date.now() / 1000);
  const samples = (series, value, from_s, to_s) => Array.from({ length: (to_s - from_s) / 30 }, (_, i) => `${series} ${value} ${from_s + 30 * i}\n`).join('');
  const spent = 'namespace:throughline_cost_usd:increase1h';
  return `# TYPE ${spent} gauge\n${samples(`${spent}{namespace="spike"}`, 0.5, now_s - kWeek_s - 10 * kMinute_s, now_s - kWeek_s + 30 * kMinute_s)}`
    + `# TYPE throughline_jobs gauge\n${samples('throughline_jobs{job="throughline",namespace="piling",component="all",state="queued"}', 0, now_s - 30 * kMinute_s, now_s - 2 * kMinute_s)}# EOF\n`;
}

// [what is at fault, the alerts that fire, a function that starts what is needed in the namespace and
// returns what is done again and again, until all of them have fired].
const faults = {
  unpriced: ['a model without a price', ['UnpricedModel'], async (namespace) => {
    const { http } = await serve(namespace, ...routing(namespace, nobody, [model('dear/strong', 0)], ['dear/strong']));
    return () => processCall(http);
  }],
  drafts: ['drafts that are empty and dear', ['EmptyOutputs', 'EscalationRateHigh', 'SavingsNegative'], async (namespace) => {
    const { http } = await serve(namespace, ...routing(namespace, dearPort, [model('dear/draft', 50), model('dear/strong', 1)], ['dear/draft', 'dear/strong']));
    return () => complete(http);
  }],
  budget: ['a budget that is used up', ['BudgetNearEnd'], async (namespace) => {
    const { http } = await serve(namespace, ...routing(namespace, dearPort, [model('dear/strong', 1)], ['dear/strong'], 'budgets:\n  - {name: few, scope: tenant, window: day, limit_requests: 3}\n'));
    return () => complete(http);
  }],
  spike: ['an hour that costs more than three times what it did a week ago', ['CostSpike'], async (namespace) => {
    const { http } = await serve(namespace, ...routing(namespace, dearPort, [model('dear/strong', 5000)], ['dear/strong']));
    return () => complete(http); // 60 cents each
  }],
  ledger: ['rows of the ledger that nobody counted', ['LedgerDrift'], async (namespace) => {
    const { http } = await serve(namespace, ...routing(namespace, dearPort, [model('dear/strong', 1)], ['dear/strong']));
    return async () => {
      await complete(http);
      execFileSync('sqlite3', ['-cmd', '.timeout 2000', inFolder(namespace, 'router.db'), 'UPDATE decisions SET cost_nano_usd = 5000000000 WHERE sequence = (SELECT MAX(sequence) FROM decisions)']);
    };
  }],
  drain: ['a shutdown while a model has yet to answer', ['DrainTimeouts'], async (namespace) => {
    const [, file] = routing(namespace, dearPort, [model('dear/endless', 1, '50s')], ['dear/endless']);
    const router = await program(namespace, 'router', 'throughline-router', ['--port', '0', '--metrics-port', '0', '--data-dir', inFolder(namespace), '--router-config', file, '--drain-seconds', '1']);
    const url = await front('--router', router.address);
    let told = false;
    return async () => {
      if (told) return;
      complete(url).catch(() => {});
      await until('the call', async () => (await metricsOf(router.metrics)).includes('grpc_method="Complete"'));
      told = router.child.kill('SIGTERM');
    };
  }],
  gone: ['a provider that is gone', ['ProviderErrors', 'WastedModelCalls', 'RoutingFailed', 'CircuitOpen', ...burns('Gateway')], async (namespace) => {
    const { http } = await serve(namespace, ...routing(namespace, nobody, [model('dear/strong', 0)], ['dear/strong']));
    return () => each(4, () => complete(http));
  }],
  refused: ['a refused change of the models', ['ModelsRefused'], async (namespace) => {
    const [option, file] = routing(namespace, nobody, [model('dear/strong', 0)], ['dear/strong']);
    await serve(namespace, option, file);
    return async () => { // the router looks twice a second
      fs.writeFileSync(file, `models: ${requests++}`);
      await pause(1500);
    };
  }],
  piling: ['conversations of one customer, each of which takes its model very long', ['JobsPilingUp'], async (namespace) => {
    const { http } = await serve(namespace, ...routing(namespace, dearPort, [model('dear/endless', 1, '500s')], ['dear/endless'], '', 'dear/endless'));
    let taken = 0;
    return async () => {
      if (taken > 120) return;
      taken += 40;
      await each(40, () => post(`${http}/v1/ingest`, { customerId: 'c', messages: [{ role: 'Ana Ruiz', content: `We need ${requests++} licences.` }] }));
    };
  }],
  crowd: ['more calls than a service takes', ['CallsRefused'], async (namespace) => {
    const url = await front('--memory', (await memoryAlone(namespace, '--store', 'memory', '--workers', '1', '--max-queued', '0')).address);
    return () => each(kAtOnce, () => recall(url));
  }],
  meaning: ['an embedder that is gone', ['MeaningMissing'], async (namespace) => {
    const { http } = await serve(namespace, '--embeddings-url', `http://127.0.0.1:${nobody}/v1`, '--embeddings-model', 'any');
    return async () => {
      await retain(http);
      await recall(http, { budget: 'RECALL_BUDGET_HIGH' });
    };
  }],
  certificate: ['a certificate that ends soon', ['CertificateExpiring'], async (namespace) => {
    const metrics = await freePort();
    return async () => {
      if (fs.existsSync(inFolder('tls.key'))) return;
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'tls.key', '-out', 'tls.crt'], { cwd: folder, stdio: 'ignore' });
      start(path.join(bin, 'throughline-memory'), ['--store', 'memory', '--port', '0', '--metrics-port', String(metrics), '--tls-cert', inFolder('tls.crt'), '--tls-key', inFolder('tls.key')]);
      await until('memory', () => metricsOf(`127.0.0.1:${metrics}`));
      scrapeAt(`127.0.0.1:${metrics}`, namespace, 'memory');
    };
  }],
  cache: ['Redis stops', ['RecallCacheFailing'], async (namespace) => {
    const port = await freePort();
    const redis = start('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
    await until('Redis', () => new Promise((resolve) => net.connect(port, '127.0.0.1').once('connect', () => resolve(true)).once('error', () => resolve(false))));
    const { http } = await serve(namespace, '--redis', `127.0.0.1:${port}`);
    await retain(http);
    await recall(http);
    return async () => {
      await stop(redis);
      await recall(http);
    };
  }],
  retention: ['a full disk below what is past its time', ['RetentionFailing'], async (namespace) => {
    const rules = inFolder('retention.yaml');
    fs.writeFileSync(rules, 'retention:\n  sweep_every: 1m\n  tenants:\n    - {tenant: "*", texts_days: 30}\n');
    const memory = await memoryAlone(namespace, '--data-dir', inFolder(namespace), '--retention', rules);
    await retain(await front('--memory', memory.address), '2024-01-01T00:00:00Z');
    return () => fillDisk(memory); // before the first sweep, a minute after the start
  }],
  audit: ['a full disk below the audit log', ['AuditLogFailing', 'AuditRecordsLost'], async (namespace) => {
    const recorder = await serve(namespace, '--store', 'memory', '--audit-log', inFolder('audit.jsonl'));
    // A line in the audit log, were it refused; what is opened at the start holds these.
    const record = (records) => each(kAtOnce, async () => {
      for (let sent = 0; sent < records; sent += kAtOnce) await post(`${recorder.http}/v1/customers/c/facts/f/invalidate`, {});
    });
    await record(kAtOnce);
    return async () => {
      fillDisk(recorder);
      await record(4096);
    };
  }],
  disk: ['a full disk below the stores', ['CallsFailing', 'MemoryStoreFailing', ...burns('Orchestrator')], async (namespace) => {
    const server = await serve(namespace);
    await retain(server.http);
    return async () => {
      fillDisk(server);
      await each(4, () => processCall(server.http)); // which fails before it has come to memory
      await retain(server.http);
    };
  }],
  ...(postgresPrograms && {
    starved: ['a table that somebody holds, and one connection', ['PostgresPoolExhausted', 'RecallSlow'], (namespace) => onPostgres(namespace, '--postgres-connections', '1')],
    workers: ['a table that somebody holds, and one worker', ['WorkersSaturated'], (namespace) => onPostgres(namespace, '--workers', '1')],
  }),
};

// Every alert that has fired since the start, by namespace.
const fired = new Map();
let prometheus;
const ask = async (what) => (await (await fetch(`${prometheus}/api/v1/${what}`)).json()).data;
async function look() {
  for (const { state, labels } of (await ask('alerts')).alerts) {
    if (state !== 'firing') continue;
    const namespace = labels.namespace ?? 'none';
    if (!fired.has(namespace)) fired.set(namespace, new Set());
    fired.get(namespace).add(labels.alertname);
  }
  return fired;
}
const hasFired = (namespace, alert) => fired.get(namespace)?.has(alert);

async function startPrometheus() {
  const port = await freePort();
  fs.mkdirSync(inFolder('rules'));
  for (const file of fs.readdirSync(path.join(root, 'deploy/prometheus/rules'))) {
    const text = fs.readFileSync(path.join(root, 'deploy/prometheus/rules', file), 'utf8');
    fs.writeFileSync(inFolder('rules', file), text.replace(/for: .*/g, 'for: 2s').replace(/interval: 30s/, 'interval: 1s'));
  }
  fs.writeFileSync(inFolder('past.txt'), past());
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', inFolder('past.txt'), inFolder('tsdb')], { stdio: 'ignore' });
  fs.writeFileSync(inFolder('prometheus.yml'), 'global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [rules/*.yml]\nscrape_configs: [{job_name: throughline, file_sd_configs: [{files: [targets.json], refresh_interval: 1s}]}]\n');
  start('prometheus', [`--config.file=${inFolder('prometheus.yml')}`, `--storage.tsdb.path=${inFolder('tsdb')}`, `--web.listen-address=127.0.0.1:${port}`]);
  prometheus = `http://127.0.0.1:${port}`;
  const up = async () => (await ask('query?query=up==1')).result.length === targets.length;
  await until('a scrape of everything', up);
}

// Keeps a fault up until each of its alerts has fired: one may end before the next begins, as when drafts
// that lose money are no longer asked for. Then nothing of the namespace is scraped any more.
async function prove(namespace, fault, alerts, bring) {
  const silent = () => alerts.filter((alert) => !hasFired(namespace, alert));
  try {
    await until(() => `${fault}: ${silent()} silent`, async () => {
      await Promise.resolve().then(bring).catch(() => {});
      return silent().length === 0;
    });
  } finally {
    targets = targets.filter(({ labels }) => labels.namespace !== namespace);
    scrape();
  }
  const besides = [...fired.get(namespace)].filter((alert) => !alerts.includes(alert));
  console.log(`ok ${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${fault}: ${alerts.join(', ')}${besides.length ? `; besides ${besides.join(', ')}` : ''}`);
}

try {
  if (!postgresPrograms) console.log('skipped PostgresPoolExhausted, RecallSlow, WorkersSaturated: PostgreSQL is not installed');
  const last = await serve('last');
  const chosen = Object.entries(faults).filter(([, [, alerts]]) => wanted.length === 0 || alerts.some((alert) => wanted.includes(alert)));
  const brought = await Promise.all(chosen.map(async ([namespace, [fault, alerts, begin]]) => [namespace, fault, alerts, await begin(namespace)]));
  await startPrometheus();
  await pause(5000);
  await look();
  if (fired.size) throw new Error(`fires before any fault: ${[...fired].map(([namespace, alerts]) => `${namespace}: ${[...alerts]}`)}`);
  console.log('ok   nothing fires before the faults');

  const looking = setInterval(() => look().catch(() => {}), 500);
  const ends = await Promise.allSettled(brought.map((fault) => prove(...fault)));
  // OrchestratorAbsent has no namespace: it is about all of them.
  ends.push(...await Promise.allSettled([until(() => 'the server stops: TargetDown, OrchestratorAbsent silent', async () => {
    await stop(last.child, 'SIGTERM');
    return hasFired('last', 'TargetDown') && hasFired('none', 'OrchestratorAbsent');
  })]));
  clearInterval(looking);
  const failures = ends.filter(({ status }) => status === 'rejected');
  for (const { reason } of failures) console.log(`FAILED ${reason.message}`);
  if (failures.length === 0) console.log('ok   the server stops: TargetDown, OrchestratorAbsent');
  const seen = new Set([...fired.values()].flatMap((alerts) => [...alerts]));
  console.log(`${seen.size} alerts fired, in ${Math.round((Date.now() - began) / 1000)} s`);
  process.exitCode = failures.length ? 1 : 0;
} finally {
  dear.closeAllConnections();
  dear.close();
  await Promise.all(children.map((child) => stop(child)));
  fs.rmSync(folder, { recursive: true, force: true });
}

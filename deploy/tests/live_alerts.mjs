// Alerts in a live run: starts `throughline serve`, Redis and Prometheus with our rules, brings faults
// about one by one and waits until Prometheus fires what should fire. Silence before the faults is part
// of it. The alerts' `for` is cut to two seconds, or this would take hours; nothing else is changed.
//
// Left out is what needs Kubernetes, a past of hours or a week, or a machine slower than this one.
//
//   node live_alerts.mjs BIN_DIR [ALERT...]     with ALERT, only the faults that fire those
//
// Needs prometheus, redis-server, sqlite3 and openssl; PostgreSQL's fault is left out where it is not installed.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { root } from './helm.mjs';

const bin = path.resolve(process.argv[2]);
// Beyond 65,536 audit records some are lost: minutes of requests on a busy machine.
const kPatience_ms = 240_000;
const kAtOnce = 64; // requests
// Of the newest PostgreSQL; undefined when there is none.
const postgresPrograms = fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql').sort((one, other) => one - other).map((version) => `/usr/lib/postgresql/${version}/bin`).filter((bin) => fs.existsSync(`${bin}/initdb`)).at(-1) : undefined;
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

// `throughline serve` that goes on when a file may grow no more, as on a full disk.
const serve = (data, args) => start('sh', ['-c', 'trap "" XFSZ; exec "$@"', 'sh', path.join(bin, 'throughline'), 'serve', '--port', '0', '--metrics-port', '0', '--http-port', '0', '--data-dir', path.join(folder, data), ...args]);
const fillDisk = (child) => execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=1:']);

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(child.endsBy ?? 'SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

async function until(what, holds) {
  const deadline = Date.now() + kPatience_ms;
  while (Date.now() < deadline) {
    const value = await Promise.resolve().then(holds).catch(() => undefined);
    if (value) return value;
    await pause(200);
  }
  throw new Error(`${typeof what === 'function' ? what() : what}: not within ${kPatience_ms / 1000} s`);
}

// What `throughline serve` says of itself once it is healthy.
function announcement(server) {
  let announced;
  server.stdout.on('data', (chunk) => { announced ??= JSON.parse(String(chunk).split('\n')[0]); });
  return until('throughline serve', () => announced);
}

// A program of its own, its /metrics scraped as `component`; resolves to its addresses.
const announcedBy = (child) => new Promise((resolve) => { child.stdout.once('data', (chunk) => resolve(JSON.parse(String(chunk).split('\n')[0]))); });

// `price` in US dollars for a million tokens.
const model = (name, price) => `  - name: ${name}\n    provider: ${name.split('/')[0]}\n    id: ${name.split('/').at(-1)}\n${price === undefined ? '' : `    price: {input: ${price}, cached_input: ${price}, output: ${price}}\n`}    max_output_tokens: 1024\n    timeout: 2s\n`;
// Providers, models and the cascade that answers prompts; calls are read by a model without a price.
const routing = (providers, models, cascade) => `providers:\n  builtin:\n    type: builtin\n${providers.map(([name, port]) => `  ${name}:\n    type: openai\n    base_url: http://127.0.0.1:${port}/v1\n`).join('')}models:\n${model('builtin/extractive-deep')}${models.join('')}tasks:\n  general:\n    cascade: [${cascade}]\n${['analyze_call', 'extract_facts', 'write_email'].map((task) => `  ${task}:\n    cascade: [builtin/extractive-deep]\n`).join('')}`;

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
const models = path.join(folder, 'router.yaml');

try {
  const [redisPort, prometheusPort, nobody] = [await freePort(), await freePort(), await freePort()];
  const toNobody = routing([['gone', nobody]], [model('gone/model', 0)], ['gone/model']);
  fs.writeFileSync(models, toNobody);
  const redis = start('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
  await until('Redis', () => new Promise((resolve) => net.connect(redisPort, '127.0.0.1').once('connect', () => resolve(true)).once('error', () => resolve(false))));
  const server = serve('data', ['--router-config', models, '--redis', `127.0.0.1:${redisPort}`]);
  const announced = await announcement(server);
  // Another that keeps an audit log, of the rest no more on disk than it opens at the start, and asks an
  // embedder that is not there.
  const recorder = serve('recorded', ['--store', 'memory', '--audit-log', path.join(folder, 'audit.jsonl'), '--embeddings-url', `http://127.0.0.1:${nobody}/v1`, '--embeddings-model', 'any']);
  const recording = await announcement(recorder);

  fs.mkdirSync(path.join(folder, 'rules'));
  for (const file of fs.readdirSync(path.join(root, 'deploy/prometheus/rules'))) {
    const text = fs.readFileSync(path.join(root, 'deploy/prometheus/rules', file), 'utf8');
    fs.writeFileSync(path.join(folder, 'rules', file), text.replace(/for: .*/g, 'for: 2s').replace(/interval: 30s/, 'interval: 1s'));
  }
  const targets = [{ targets: [announced.metrics], labels: { component: 'all' } }, { targets: [recording.metrics], labels: { component: 'recorder' } }];
  const scrape = () => fs.writeFileSync(path.join(folder, 'targets.json'), JSON.stringify(targets));
  scrape();
  fs.writeFileSync(path.join(folder, 'prometheus.yml'), `global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [rules/*.yml]\nscrape_configs: [{job_name: throughline, file_sd_configs: [{files: [targets.json], refresh_interval: 1s}]}]\n`);
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
  const run = (...args) => new Promise((resolve) => start(path.join(bin, 'throughline'), args).once('exit', resolve));
  const command = (...args) => run(...args, ...servers());
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

  // A memory of its own whose certificate ends the day after tomorrow.
  const startEnding = async () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'tls.key', '-out', 'tls.crt'], { cwd: folder, stdio: 'ignore' });
    const metrics = await freePort();
    start(path.join(bin, 'throughline-memory'), ['--store', 'memory', '--port', '0', '--metrics-port', String(metrics), '--tls-cert', path.join(folder, 'tls.crt'), '--tls-key', path.join(folder, 'tls.key')]);
    await until('memory', async () => (await fetch(`http://127.0.0.1:${metrics}/metrics`)).ok);
    targets.push({ targets: [`127.0.0.1:${metrics}`], labels: { component: 'memory' } });
    scrape();
    return true;
  };
  let ending;
  const scraped = async (component, program, args) => {
    const child = start(path.join(bin, program), ['--port', '0', '--metrics-port', '0', ...args]);
    const announcement = await announcedBy(child);
    targets.push({ targets: [announcement.metrics], labels: { component } });
    scrape();
    return { child, ...announcement };
  };
  const front = async (args) => {
    const port = await freePort();
    start(path.join(bin, 'throughline-gateway'), ['--port', '0', '--metrics-port', '0', '--http-port', String(port), ...args]);
    const url = `http://127.0.0.1:${port}`;
    await until('the gateway', async () => (await fetch(`${url}/healthz`)).ok);
    return url;
  };
  const post = async (url, body) => (await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).arrayBuffer();

  // A memory that takes one call at a time and lets none wait.
  let narrow;
  const crowd = async () => {
    narrow ??= await front(['--memory', (await scraped('memory', 'throughline-memory', ['--store', 'memory', '--workers', '1', '--max-queued', '0'])).address]);
    await Promise.all(Array.from({ length: kAtOnce }, () => post(`${narrow}/v1/customers/c/recall`, { query: 'price' })));
  };
  // A router that is told to stop while a model has yet to answer, with a second for it.
  let hasty;
  const hurry = async () => {
    if (hasty) return;
    const file = path.join(folder, 'endless.yaml');
    fs.writeFileSync(file, routing([['dear', dear.address().port]], [model('dear/endless', 1).replace('timeout: 2s', 'timeout: 50s')], ['dear/endless']));
    hasty = await scraped('router', 'throughline-router', ['--data-dir', path.join(folder, 'hasty'), '--router-config', file, '--drain-seconds', '1']);
    const url = await front(['--router', hasty.address]);
    const scrapes = async () => (await (await fetch(`http://127.0.0.1:${prometheusPort}/api/v1/query?query=${encodeURIComponent('throughline_drain_timeouts_total{component="router"}')}`)).json()).data.result.length;
    await until('a scrape of the router', scrapes);
    post(`${url}/v1/chat/completions`, { model: 'auto', messages: [{ role: 'user', content: 'Say something.' }] }).catch(() => {});
    await until('the call', async () => (await (await fetch(`http://${hasty.metrics}/metrics`)).text()).includes('grpc_method="Complete"'));
    hasty.child.kill('SIGTERM');
  };
  // A memory with one connection to a PostgreSQL in which somebody holds every table.
  let starved;
  const starve = async () => {
    starved ??= await front(['--memory', await memoryOnPostgres()]);
    await Promise.all(Array.from({ length: 4 }, () => post(`${starved}/v1/customers/c/recall`, { query: 'price' })));
  };
  const memoryOnPostgres = async () => {
    const home = path.join(folder, 'postgres');
    fs.mkdirSync(home);
    const asServer = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : ['env'];
    if (process.getuid() === 0) {
      fs.chmodSync(folder, 0o711);
      execFileSync('chown', ['postgres:postgres', home]);
    }
    const [program, ...rest] = [...asServer, path.join(postgresPrograms, 'initdb'), '--pgdata', home, '--username=throughline', '--auth=trust', '--no-sync'];
    execFileSync(program, rest, { cwd: '/', stdio: 'ignore' });
    const [server, ...options] = [...asServer, path.join(postgresPrograms, 'postgres'), '-D', home, '-k', home, '-c', 'listen_addresses=', '-c', 'fsync=off'];
    start(server, options).endsBy = 'SIGINT'; // without waiting for its clients
    const file = path.join(folder, 'conninfo');
    fs.writeFileSync(file, `host=${home} user=throughline dbname=postgres`);
    await until('PostgreSQL', () => fs.existsSync(path.join(home, '.s.PGSQL.5432')));
    const { address } = await scraped('memory', 'throughline-memory', ['--store', `postgres:${file}`, '--postgres-connections', '1', '--max-call-seconds', '1']);
    start(path.join(postgresPrograms, 'psql'), ['-h', home, '-U', 'throughline', 'postgres', '-c', "DO $$ DECLARE held text; BEGIN FOR held IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'memory' LOOP EXECUTE 'LOCK TABLE ' || held; END LOOP; PERFORM pg_sleep(600); END $$"]);
    return address;
  };
  // The router looks at its file twice a second.
  const route = async (text) => {
    if (fs.readFileSync(models, 'utf8') === text) return;
    fs.writeFileSync(models, text);
    await pause(1500);
  };

  const dear = await provider();
  const burns = (part) => ['Page1h', 'Page6h', 'Ticket1d', 'Ticket3d'].map((pace) => `${part}Burn${pace}`);
  // A fault is kept up until each of its alerts has fired; one may end before the next begins, as when drafts
  // that lose money are no longer asked for.
  const faults = [
    ['a model without a price', ['UnpricedModel'], process_call],
    ['drafts that are empty and dear', ['EmptyOutputs', 'EscalationRateHigh', 'SavingsNegative'], async () => {
      await route(routing([['dear', dear.address().port]], [model('dear/draft', 50), model('dear/strong', 1)], ['dear/draft', 'dear/strong']));
      await complete();
    }],
    ['a budget that is used up', ['BudgetNearEnd'], async () => {
      await route(`${routing([['dear', dear.address().port]], [model('dear/strong', 1)], ['dear/strong'])}budgets:\n  - {name: few, scope: tenant, window: day, limit_requests: 3}\n`);
      await complete();
    }],
    ['rows of the ledger that nobody counted', ['LedgerDrift'], async () => {
      await route(routing([['dear', dear.address().port]], [model('dear/strong', 1)], ['dear/strong']));
      await complete();
      execFileSync('sqlite3', ['-cmd', '.timeout 2000', path.join(folder, 'data/router.db'), 'UPDATE decisions SET cost_nano_usd = 5000000000 WHERE sequence = (SELECT MAX(sequence) FROM decisions)']);
    }],
    ['a shutdown while a model has yet to answer', ['DrainTimeouts'], hurry],
    ['a table that somebody holds', ['PostgresPoolExhausted'], starve],
    ['a provider that is gone', ['ProviderErrors', 'WastedModelCalls', 'RoutingFailed', 'CircuitOpen', ...burns('Gateway')], async () => {
      await route(toNobody);
      await complete();
    }],
    ['an embedder that is gone', ['MeaningMissing'], async () => {
      await run('retain', '--customer', 'm', `They asked for the price ${customers++} times.`, '--server', recording.address, '--memory-server', recording.address);
      const asked = await fetch(`${recording.http}/v1/customers/m/recall`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"query": "price", "budget": "RECALL_BUDGET_HIGH"}' });
      await asked.arrayBuffer();
    }],
    ['a certificate that ends soon', ['CertificateExpiring'], async () => { ending ??= await startEnding(); }],
    ['Redis stops', ['RecallCacheFailing'], async () => { await stop(redis); await recall(); }],
    ['a refused change of the models', ['ModelsRefused'], async () => { fs.writeFileSync(models, `models: ${customers++}`); await pause(1500); }],
    ['a full disk below the audit log', ['AuditLogFailing', 'AuditRecordsLost'], async () => { fillDisk(recorder); await recorded(4096); }],
    ['a full disk below the stores', ['CallsFailing', 'MemoryStoreFailing', ...burns('Orchestrator')], async () => {
      fillDisk(server);
      await process_call(); // which fails before it has come to memory
      await command('retain', '--customer', 'c0', `They asked for the price ${customers++} times.`);
    }],
    // So many that the failures of any other memory are a small share beside them: hence last but one.
    ['more calls than a service takes', ['CallsRefused'], crowd],
    ['the server stops', ['TargetDown', 'OrchestratorAbsent'], () => stop(server)],
  ];
  const wanted = process.argv.slice(3);
  for (const [fault, alerts, bring] of faults) {
    if (bring === starve && !postgresPrograms) { console.log(`skipped ${fault}: PostgreSQL is not installed`); continue; }
    if (wanted.length > 0 && !alerts.some((alert) => wanted.includes(alert))) continue;
    let silent = alerts;
    await until(() => `${fault}: ${silent} silent`, async () => {
      await bring();
      const now = await firing();
      silent = silent.filter((alert) => !now.has(alert));
      return silent.length === 0;
    });
    console.log(`ok      ${fault}: ${alerts.join(', ')}`);
  }
  dear.close();
} finally {
  for (const child of children.reverse()) await stop(child);
  fs.rmSync(folder, { recursive: true, force: true });
}

// Rules and dashboards against each other, the sources and Prometheus: everything parses, every metric
// exists, every alert says what to do and has been seen firing and silent.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import YAML from 'yaml';
import { boards, expressions, family, isRecorded, rules, selectors } from './expressions.mjs';
import { here, root } from './helm.mjs';

const problems = [];
const expect = (holds, problem) => { if (!holds) problems.push(problem); };

// -- Prometheus reads every expression.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-promql.'));
const asRules = path.join(folder, 'expressions.yml');
fs.writeFileSync(asRules, YAML.stringify({ groups: [{ name: 'all', rules: expressions.map(({ text }, i) => ({ record: `expression:${i}`, expr: text })) }] }));
try {
  execFileSync('promtool', ['check', 'rules', asRules], { stdio: 'pipe' });
} catch (error) {
  problems.push(`promtool: ${error.stderr}${error.stdout}`);
}
fs.rmSync(folder, { recursive: true });

// -- Every metric is one that our sources export, a rule records, or others are known to export.
const sources = execFileSync('git', ['-C', root, 'ls-files', 'common/*.cc', 'services/*.cc', 'common/*.h', 'services/*.h'], { encoding: 'utf8' })
  .trim().split('\n').filter((file) => !file.endsWith('_test.cc') && fs.existsSync(path.join(root, file)))
  .map((file) => fs.readFileSync(path.join(root, file), 'utf8')).join('\n');
const exported = new Map([...sources.matchAll(/\.(Counter|Gauge|Histogram)\(\s*"([a-z0-9_]+)"/g)].map(([, kind, name]) => [name, kind]));
const external = new Set(fs.readFileSync(path.join(here, 'external-metrics.txt'), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.split(/\s+/)[0]));
const recorded = new Set(rules.filter(({ record }) => record).map(({ record }) => record));
const used = new Set();
for (const { where, text } of expressions) {
  const found = selectors(text);
  expect(found.length > 0 || /^vector\(/.test(text), `${where}: names no metric`);
  for (const { metric, labels, range, call } of found) {
    used.add(metric);
    if (isRecorded(metric)) { expect(recorded.has(metric), `${where}: no rule records ${metric}`); continue; }
    const kind = exported.get(metric) ?? (exported.get(family(metric)) === 'Histogram' ? 'Counter' : undefined);
    expect(kind || external.has(metric), `${where}: nothing exports ${metric}`);
    if (kind) expect(/\bjob=/.test(labels ?? ''), `${where}: ${metric} is not held to a job`);
    if (kind === 'Counter') expect(range && ['rate', 'increase'].includes(call), `${where}: counter ${metric} outside rate or increase`);
    if (kind === 'Gauge') expect(!range, `${where}: gauge ${metric} inside a range`);
  }
}
for (const record of recorded) expect(used.has(record), `${record} is recorded and never read`);

// -- Alerts say how bad, what, and what to do; each has been tested both ways.
const tests = fs.readdirSync(path.join(root, 'deploy/prometheus/tests'))
  .flatMap((file) => YAML.parse(fs.readFileSync(path.join(root, 'deploy/prometheus/tests', file), 'utf8')).tests);
const alerts = rules.filter(({ alert }) => alert);
const uids = new Set(boards.map(({ uid }) => uid));
const runbooks = new Set();
for (const { alert, labels, annotations = {} } of alerts) {
  expect(['page', 'ticket'].includes(labels?.severity), `${alert}: severity is neither page nor ticket`);
  expect(annotations.summary && annotations.description, `${alert}: no summary or description`);
  expect(uids.has(annotations.dashboard_uid), `${alert}: no dashboard ${annotations.dashboard_uid}`);
  expect(fs.existsSync(path.join(root, annotations.runbook_url ?? '-')), `${alert}: no runbook ${annotations.runbook_url}`);
  runbooks.add(path.basename(annotations.runbook_url ?? ''));
  const own = tests.filter(({ name }) => name?.startsWith(`${alert}: `));
  const fires = own.filter((test) => test.promql_expr_test?.[0].exp_samples.length);
  expect(fires.length > 0, `${alert}: no test in which it fires`);
  expect(own.some((test) => test.promql_expr_test?.[0].exp_samples.length === 0), `${alert}: no test in which it is silent`);
}
for (const file of fs.readdirSync(path.join(root, 'deploy/runbooks'))) {
  expect(runbooks.has(file), `deploy/runbooks/${file}: no alert leads to it`);
}

// -- Dashboards, by the rules of Grafana's dashboard-linter and our own.
const titles = new Set();
for (const board of boards) {
  const say = (text) => `${board.title}: ${text}`;
  expect(!('id' in board) && !('__inputs' in board) && board.editable === false, say('must not carry id or __inputs, and must not be editable'));
  expect(/^throughline-[a-z]+$/.test(board.uid) && board.schemaVersion >= 39, say('uid or schemaVersion'));
  expect(!titles.has(board.title), say('title is used twice'));
  titles.add(board.title);
  for (const name of ['datasource', 'job', 'instance']) {
    expect(board.templating.list.some((variable) => variable.name === name), say(`no variable ${name}`));
  }
  const seen = new Set();
  for (const panel of board.panels) {
    expect(panel.title && !seen.has(panel.title), say(`panel ${panel.id}: title missing or used twice`));
    seen.add(panel.title);
    if (panel.type === 'row') continue;
    expect(panel.description?.endsWith('.'), say(`${panel.title}: no description`));
    expect(panel.datasource.uid === '${datasource}', say(`${panel.title}: fixed data source`));
    expect(panel.fieldConfig.defaults.unit, say(`${panel.title}: no unit`));
    for (const { expr } of panel.targets) {
      expect(!/\[\d+[mh]\]/.test(expr), say(`${panel.title}: fixed rate interval; use RANGE`));
    }
  }
}

for (const problem of problems) console.log(problem);
const panels = boards.flatMap((board) => board.panels).filter(({ type }) => type !== 'row').length;
console.log(`${expressions.length} expressions over ${used.size} metrics, ${alerts.length} alerts, ${boards.length} dashboards with ${panels} panels, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);

// Renders the chart with every value set, two Helms and two versions of Kubernetes, and holds every
// manifest against the API's schemas, the restricted Pod Security Standard, our own promises and what
// the set rendered to before (golden/), so that a change of the chart shows what it does.
//
//   node chart_render.mjs            compares
//   node chart_render.mjs --write    writes golden/ anew
import fs from 'node:fs';
import path from 'node:path';
import YAML from 'yaml';
import { chart, documents, here, inParallel, run } from './helm.mjs';
import { checkManifest } from './manifests.mjs';
import { checkPod } from './pod_security.mjs';
import { checkWiring } from './wiring.mjs';

const kKubernetes = ['1.27.0', '1.35.0'];
const kHelms = ['helm4', 'helm3'];

const sets = ['', ...fs.readdirSync(path.join(chart, 'ci')).sort()];
const jobs = sets.flatMap((set) => kKubernetes.flatMap((version) =>
  kHelms.map((which) => ({ set, version, which }))));

const golden = path.join(here, 'golden');
const write = process.argv.includes('--write');

const problems = new Set();
const outputs = new Map();
let manifests = 0;

// The objects of a render as text, in an order of their own. Rules and dashboards are left out: they
// are copies, which sync.mjs compares.
function goldenText(objects) {
  const name = ({ kind, metadata }) => `${kind}/${metadata.name}`;
  return objects
    .filter(({ kind, metadata }) => kind !== 'PrometheusRule' && !(kind === 'ConfigMap' && metadata.name.includes('-dashboard-')))
    .sort((one, other) => (name(one) < name(other) ? -1 : 1))
    .map((object) => YAML.stringify(object, { sortMapEntries: true, lineWidth: 0 })).join('---\n');
}

function checkGolden(set, objects) {
  const target = path.join(golden, (set || 'defaults.yaml').replace('-values', ''));
  const text = goldenText(objects);
  if (write) {
    fs.mkdirSync(golden, { recursive: true });
    fs.writeFileSync(target, text);
    return;
  }
  const before = fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : '';
  if (before === text) return;
  const [was, is] = [before.split('\n'), text.split('\n')];
  const line = is.findIndex((each, i) => each !== was[i]);
  problems.add(`${set || 'defaults'}: not as in golden/${path.basename(target)}:${line + 1}, "${was[line]?.trim() ?? ''}" but "${is[line]?.trim() ?? ''}"; when that is meant: make deploy-sync`);
}

await inParallel(jobs, 2, async ({ set, version, which }) => {
  const label = `${set || 'defaults'} on ${version} by ${which}`;
  const result = await run(['template', 'rel', chart, '-n', 'sales', '--kube-version', version,
    ...(set ? ['-f', path.join(chart, 'ci', set)] : [])], which);
  if (result.status !== 0) return problems.add(`${label}: ${result.stderr}`);
  const found = documents(result.stdout);
  // Both Helms and both Kubernetes versions must be given the same objects.
  const text = JSON.stringify(found.map(({ document }) => document).map((d) => JSON.stringify(d)).sort());
  if (!outputs.has(set)) outputs.set(set, text);
  else if (outputs.get(set) !== text) problems.add(`${label}: renders other objects than its siblings`);
  else return;
  manifests += found.length;
  checkGolden(set, found.map(({ document }) => document));
  for (const { document } of found) {
    const name = `${set || 'defaults'}: ${document.kind}/${document.metadata?.name}`;
    for (const wrong of [...await checkManifest(document), ...checkPod(document)]) problems.add(`${name}: ${wrong}`);
  }
  for (const wrong of checkWiring(found.map(({ document }) => document))) problems.add(`${set || 'defaults'}: ${wrong}`);
});

await inParallel(kHelms, 2, async (which) => {
  const lint = await run(['lint', '--strict', '--quiet', chart], which);
  if (lint.status !== 0) problems.add(`lint by ${which}: ${lint.stdout}${lint.stderr}`);
});
// Helm 3 asks for a cluster even to dry-run.
const notes = await run(['install', 'rel', chart, '-n', 'sales', '--dry-run=client']);
if (notes.status !== 0 || !notes.stdout.includes('helm test rel -n sales')) {
  problems.add(`install --dry-run: ${notes.stderr || 'NOTES are not shown'}`);
}

for (const problem of problems) console.log(problem);
console.log(`${jobs.length} renders of ${sets.length} value sets, ${manifests} manifests, ${problems.size} problems`);
process.exit(problems.size ? 1 : 0);

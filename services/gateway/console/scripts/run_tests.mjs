// Bundles the tests and gives them to Node's test runner: `unit` (beside the sources) or `browser`.
// Further arguments go to the test runner.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const kinds = { unit: 'src', browser: 'browser_tests' };
const [kind, ...flags] = process.argv.slice(2);
const folder = kinds[kind];
if (folder === undefined) {
  console.error('usage: run_tests.mjs unit|browser [flags of node --test]');
  process.exit(2);
}

function testsUnder(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return testsUnder(path);
    return /\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const sources = testsUnder(folder);
const out = resolve('test-output', kind);
rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: sources,
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node18',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  metafile: true,
  logLevel: 'warning',
});
const tests = Object.keys(metafile.outputs).filter((path) => path.endsWith('.test.mjs'));
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...flags, ...tests], { stdio: 'inherit' });
process.exit(run.status ?? 1);

// Makes every file that is made from another: Grafana's JSON from deploy/grafana/dashboards.mjs, and
// the chart's copies of rules and dashboards.
//
//   node sync.mjs           writes them
//   node sync.mjs --check   names those that differ and exits 1
import fs from 'node:fs';
import path from 'node:path';
import { build, names } from './dashboards.mjs';
import { chart, root } from './helm.mjs';

const rules = path.join(root, 'deploy/prometheus/rules');
const wanted = new Map();
for (const name of names) {
  const json = `${JSON.stringify(build(name), null, 1)}\n`;
  wanted.set(path.join(root, `deploy/grafana/dashboards/${name}.json`), json);
  wanted.set(path.join(chart, `files/dashboards/${name}.json`), json);
}
for (const file of fs.readdirSync(rules)) {
  wanted.set(path.join(chart, 'files/rules', file), fs.readFileSync(path.join(rules, file), 'utf8'));
}

const check = process.argv.includes('--check');
const wrong = [];
const folders = new Set([...wanted.keys()].map((file) => path.dirname(file)));
for (const folder of folders) {
  fs.mkdirSync(folder, { recursive: true });
  for (const file of fs.readdirSync(folder).map((name) => path.join(folder, name))) {
    if (wanted.has(file)) continue;
    wrong.push(file);
    if (!check) fs.rmSync(file);
  }
}
for (const [file, text] of wanted) {
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) continue;
  wrong.push(file);
  if (!check) fs.writeFileSync(file, text);
}
for (const file of wrong) console.log(`${check ? 'differs' : 'written'}: ${path.relative(root, file)}`);
if (check && wrong.length) console.log('run: make deploy-sync');
process.exit(check && wrong.length ? 1 : 0);

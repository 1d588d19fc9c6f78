// Writes the chart's README: its text, and the table of values from the comments of values.yaml.
//
//   node readme.mjs           writes it
//   node readme.mjs --check   exits 1 when it is not what would be written
import fs from 'node:fs';
import path from 'node:path';
import YAML, { isMap } from 'yaml';
import { chart } from './helm.mjs';

const source = fs.readFileSync(path.join(chart, 'values.yaml'), 'utf8');

// The comment line right above each key, by line.
const lines = source.split('\n');
function commentAbove(offset) {
  const line = source.slice(0, offset).split('\n').length - 1;
  return /^\s*# (.*)$/.exec(lines[line - 1] ?? '')?.[1];
}

const rows = [];
function walk(map, prefix) {
  for (const { key, value } of map.items) {
    const name = prefix ? `${prefix}.${key.value}` : key.value;
    const comment = commentAbove(key.range[0]);
    const inner = isMap(value) && value.items.length > 0;
    if (comment && !(inner && value.items.some((item) => commentAbove(item.key.range[0])))) {
      const shown = JSON.stringify(value.toJSON());
      rows.push(`| \`${name}\` | ${comment.replaceAll('|', '\\|')} | \`${shown.length > 60 ? '…' : shown}\` |`);
    } else if (inner) walk(value, name);
    else throw new Error(`values.yaml: ${name} has no comment above it`);
  }
}
walk(YAML.parseDocument(source).contents, '');

const text = `${fs.readFileSync(path.join(chart, 'README.head.md'), 'utf8').trimEnd()}

| value | what it is for | default |
|---|---|---|
${rows.join('\n')}
`;
const target = path.join(chart, 'README.md');
if (process.argv.includes('--check')) {
  if (fs.existsSync(target) && fs.readFileSync(target, 'utf8') === text) process.exit(0);
  console.log('helm/throughline/README.md is not what values.yaml says; run: make deploy-sync');
  process.exit(1);
}
fs.writeFileSync(target, text);

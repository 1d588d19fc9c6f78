// Runs the chart's unit cases (helm/throughline/tests/*_test.yaml, helm-unittest's format) without
// the plugin. Knows the asserts listed below and refuses the rest, so that nothing passes unread.
//
//   node chart_unit.mjs [part of a suite's file name]
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import YAML from 'yaml';
import { chart, documents, inParallel, run, valuesFile } from './helm.mjs';

const kWidth = 2;

// "a.b[0].c", "a["x/y"]", "a[?(@.name == "n")].b" as steps.
function parsePath(text) {
  const steps = [];
  const pattern = /\.?([A-Za-z0-9_$-]+)|\[(\d+)\]|\[["']([^"']+)["']\]|\[\?\(@\.([\w.\/-]+) == ["']([^"']+)["']\)\]/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new Error(`path "${text}": cannot read "${text.slice(at)}"`);
    if (match[1] !== undefined) steps.push(match[1]);
    else if (match[2] !== undefined) steps.push(Number(match[2]));
    else if (match[3] !== undefined) steps.push(match[3]);
    else steps.push({ field: match[4], value: match[5] });
  }
  return steps;
}

function lookUp(document, text) {
  let value = document;
  for (const step of text ? parsePath(text) : []) {
    if (value === null || value === undefined) return undefined;
    value = typeof step === 'object'
      ? value.find?.((item) => String(item[step.field]) === step.value)
      : value[step];
  }
  return value;
}

// helm-unittest sets dotted keys: {"a.b": 1} is {a: {b: 1}}.
function setValues(set = {}) {
  const values = {};
  for (const [key, value] of Object.entries(set)) {
    const steps = parsePath(key);
    let at = values;
    for (const step of steps.slice(0, -1)) at = at[step] ??= {};
    at[steps.at(-1)] = value;
  }
  return values;
}

const isSubset = (value, part) =>
  part !== null && typeof part === 'object' && !Array.isArray(part)
    ? value !== null && typeof value === 'object' &&
      Object.entries(part).every(([key, inner]) => isSubset(value[key], inner))
    : same(value, part);

function same(left, right) {
  try { assert.deepEqual(left, right); return true; } catch { return false; }
}

const show = (value) => JSON.stringify(value)?.slice(0, 300) ?? 'nothing';

// Each: (value at path, arguments, document) → what is wrong, or undefined.
const kAsserts = {
  equal: (value, { value: wanted }) => same(value, wanted) ? undefined : `is ${show(value)}, expected ${show(wanted)}`,
  notEqual: (value, { value: wanted }) => same(value, wanted) ? `is ${show(wanted)}` : undefined,
  exists: (value) => value === undefined ? 'does not exist' : undefined,
  notExists: (value) => value === undefined ? undefined : `exists: ${show(value)}`,
  matchRegex: (value, { pattern }) => new RegExp(pattern).test(String(value)) ? undefined : `${show(value)} does not match ${pattern}`,
  notMatchRegex: (value, { pattern }) => new RegExp(pattern).test(String(value)) ? `${show(value)} matches ${pattern}` : undefined,
  lengthEqual: (value, { count }) => value?.length === count ? undefined : `has ${value?.length}, expected ${count}`,
  isSubset: (value, { content }) => isSubset(value, content) ? undefined : `${show(value)} lacks ${show(content)}`,
  contains: (value, { content, any }) => value?.some?.((item) => any ? isSubset(item, content) : same(item, content)) ? undefined : `${show(value)} does not contain ${show(content)}`,
  notContains: (value, { content, any }) => value?.some?.((item) => any ? isSubset(item, content) : same(item, content)) ? `contains ${show(content)}` : undefined,
  isKind: (_, { of }, document) => document.kind === of ? undefined : `is a ${document.kind}, expected ${of}`,
};

function checkDocuments(chosen, kind, args) {
  if (kind === 'hasDocuments') {
    return chosen.length === args.count ? [] : [`has ${chosen.length} documents, expected ${args.count}`];
  }
  if (!kAsserts[kind]) return [`unknown assert ${kind}`];
  if (chosen.length === 0) return [`${kind}: no document to look at`];
  return chosen.flatMap(({ document }) => {
    const wrong = kAsserts[kind](lookUp(document, args?.path), args ?? {}, document);
    return wrong ? [`${document.kind}/${document.metadata?.name} ${args?.path ?? ''}: ${wrong}`] : [];
  });
}

function checkOne(test, suite, rendered, item) {
  const { template, documentSelector, documentIndex, not, ...rest } = item;
  if (not !== undefined) return ['"not" is not known here; use the opposite assert'];
  const [[kind, args]] = Object.entries(rest);
  if (kind === 'failedTemplate') {
    if (rendered.status === 0) return ['rendered, expected a refusal'];
    const text = rendered.stderr;
    if (args.errorMessage !== undefined) return text.includes(args.errorMessage) ? [] : [`refused with: ${text.trim()}`];
    return new RegExp(args.errorPattern).test(text) ? [] : [`refused with: ${text.trim()}`];
  }
  if (rendered.status !== 0) return [`did not render: ${rendered.stderr.trim()}`];
  if (kind === 'notFailedTemplate') return [];
  const templates = [item.template ?? test.template ?? suite.templates ?? []].flat()
    .map((name) => `templates/${name.replace(/^templates\//, '')}`);
  const selector = documentSelector ?? test.documentSelector;
  let chosen = rendered.documents.filter((found) => templates.includes(found.template));
  if (selector) chosen = chosen.filter(({ document }) => same(lookUp(document, selector.path), selector.value));
  const index = documentIndex ?? test.documentIndex;
  if (index !== undefined) chosen = chosen.slice(index, index + 1);
  return checkDocuments(chosen, kind, args);
}

const renders = new Map();
function render(test, suite) {
  const release = { name: 'RELEASE-NAME', namespace: 'NAMESPACE', ...suite.release, ...test.release };
  const files = [...(suite.values ?? []), ...(test.values ?? [])]
    .flatMap((file) => ['-f', path.resolve(chart, 'tests', file)]);
  const values = { ...setValues(suite.set), ...setValues(test.set) };
  const key = JSON.stringify([release, files, values]);
  if (!renders.has(key)) {
    const args = ['template', release.name.toLowerCase(), chart, '-n', release.namespace.toLowerCase(),
      ...files, '-f', valuesFile(values)];
    renders.set(key, run(args).then((result) =>
      ({ ...result, documents: result.status === 0 ? documents(result.stdout) : [] })));
  }
  return renders.get(key);
}

const wanted = process.argv[2] ?? '';
const cases = [];
for (const file of fs.readdirSync(path.join(chart, 'tests')).sort()) {
  if (!file.endsWith('_test.yaml') || !file.includes(wanted)) continue;
  const suite = YAML.parse(fs.readFileSync(path.join(chart, 'tests', file), 'utf8'));
  for (const test of suite.tests) cases.push({ file, suite, test });
}

let failed = 0;
await inParallel(cases, kWidth, async ({ file, suite, test }) => {
  const rendered = await render(test, suite);
  const wrong = test.asserts?.length
    ? test.asserts.flatMap((item) => checkOne(test, suite, rendered, item))
    : ['asserts nothing'];
  if (wrong.length === 0) return;
  failed++;
  console.log(`${file}: ${test.it}\n  ${wrong.join('\n  ')}`);
});
console.log(`${cases.length - failed} of ${cases.length} unit cases passed, ${renders.size} renders`);
process.exit(failed || cases.length === 0 ? 1 : 0);

// Every PromQL expression of the dashboards and the rules, and what can be read off its text.
import fs from 'node:fs';
import path from 'node:path';
import YAML from 'yaml';
import { build, names } from './dashboards.mjs';
import { root } from './helm.mjs';

export const rulesFolder = path.join(root, 'deploy/prometheus/rules');

export const boards = names.map((name) => build(name));

export const rules = fs.readdirSync(rulesFolder).sort().flatMap((file) =>
  YAML.parse(fs.readFileSync(path.join(rulesFolder, file), 'utf8')).groups.flatMap((group) =>
    group.rules.map((rule) => ({ file, group: group.name, ...rule }))));

// [{where, text}] with Grafana's variables filled in, so that Prometheus can read them.
export const expressions = [
  ...boards.flatMap((board) => board.panels.flatMap((panel) => (panel.targets ?? []).map(({ expr }) => ({
    where: `${board.title}: ${panel.title}`,
    text: expr.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h').replace(/\$\w+/g, '.*'),
  })))),
  ...rules.map((rule) => ({ where: `${rule.file}: ${rule.alert ?? rule.record}`, text: rule.expr })),
];

const kWords = new Set(['sum', 'avg', 'max', 'min', 'count', 'rate', 'increase', 'absent', 'histogram_quantile', 'scalar', 'vector', 'sort_desc', 'by', 'on', 'or', 'and', 'unless', 'offset', 'group_left', 'group_right', 'bool', 'ignoring', 'without']);

// The selectors of an expression: [{metric, labels, range}].
export function selectors(text) {
  const found = [];
  const bare = text.replace(/\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  for (const match of bare.matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?\s*(\[[^\]]*\])?/g)) {
    const [whole, metric, labels, range] = match;
    const before = bare.slice(0, match.index);
    const inBraces = before.lastIndexOf('{') > before.lastIndexOf('}');
    const isNumber = /[0-9.]$/.test(before);
    if (kWords.has(metric) || inBraces || isNumber || before.endsWith('[')) continue;
    if (/^\s*\(/.test(bare.slice(match.index + whole.length)) && !labels) continue;
    found.push({ metric, labels, range, call: /(\w+)\s*\($/.exec(before)?.[1] });
  }
  return found;
}

// The family a series belongs to: histograms have three series each.
export const family = (metric) => metric.replace(/_(bucket|sum|count)$/, '');
export const isRecorded = (metric) => metric.includes(':');

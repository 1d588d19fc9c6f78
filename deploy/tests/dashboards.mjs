// Turns deploy/grafana/dashboards.mjs into Grafana's JSON, alike in all that should be alike.
import { dashboards } from '../grafana/dashboards.mjs';

const kSelector = 'job=~"$job", namespace=~"$namespace", instance=~"$instance"';
const datasource = { type: 'prometheus', uid: '${datasource}' };
const palette = { color: { mode: 'palette-classic' } };

const expand = (expression) => expression.replaceAll('SEL', kSelector).replaceAll('RANGE', '$__rate_interval');

function options(type) {
  if (type === 'stat') return { colorMode: 'value', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } };
  if (type === 'bargauge') return { displayMode: 'basic', orientation: 'horizontal', reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } };
  return { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } };
}

function fieldConfig({ unit, type, stack, bad }) {
  const defaults = { unit, ...(type === 'stat' ? {} : palette) };
  if (type === 'timeseries') defaults.custom = { fillOpacity: stack ? 40 : 8, lineWidth: 1, showPoints: 'never', stacking: { mode: stack ? 'normal' : 'none', group: 'A' } };
  if (bad !== undefined) defaults.thresholds = { mode: 'absolute', steps: [{ color: 'green', value: null }, { color: 'red', value: bad }] };
  return { defaults, overrides: [] };
}

function layOut(panels) {
  const placed = [];
  let x = 0, y = 0, rowHeight = 0;
  panels.forEach((panel, index) => {
    const { type, title, description, targets, w = 24, h = 1, instant } = panel;
    if (x + w > 24) { x = 0; y += rowHeight; rowHeight = 0; }
    const gridPos = { h, w, x, y };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    if (type === 'row') return placed.push({ type, title, gridPos, id: index + 1, collapsed: false, panels: [] });
    placed.push({
      type, title, description, datasource, gridPos, id: index + 1,
      targets: targets.map(([expr, legendFormat], i) => ({ refId: String.fromCharCode(65 + i), datasource, expr: expand(expr), legendFormat: legendFormat || '__auto', ...(instant || type === 'stat' ? { instant: true, range: false } : { range: true }) })),
      fieldConfig: fieldConfig(panel), options: options(type),
    });
  });
  return placed;
}

const variable = (name, label, query) => ({
  name, label, type: 'query', datasource, query: { query, refId: name }, definition: query, refresh: 2, multi: true, includeAll: true, allValue: '.*', sort: 1, current: { text: 'All', value: '$__all' },
});

export function build(name) {
  const { title, description, panels, variables = [] } = dashboards[name];
  return {
    uid: `throughline-${name}`, title, description, tags: ['throughline'], schemaVersion: 39, version: 1, editable: false, graphTooltip: 1, timezone: 'browser', refresh: '30s',
    time: { from: ['cost', 'tenant'].includes(name) ? 'now-7d' : 'now-6h', to: 'now' },
    links: [{ type: 'dashboards', title: 'Throughline', tags: ['throughline'], asDropdown: true, includeVars: true, keepTime: true }],
    templating: { list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, refresh: 1 },
      variable('job', 'Job', 'label_values(up{job=~"throughline.*"}, job)'),
      variable('namespace', 'Namespace', 'label_values(up{job=~"$job"}, namespace)'),
      variable('instance', 'Instance', 'label_values(up{job=~"$job", namespace=~"$namespace"}, instance)'),
      ...variables.map(({ name: of, label, query }) => variable(of, label, query)),
    ] },
    annotations: { list: [] },
    panels: layOut(panels),
  };
}

export const names = Object.keys(dashboards);

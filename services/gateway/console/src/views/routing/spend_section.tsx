import { getJson, withQuery } from '../../api/client.ts';
import { useQuery } from '../../api/query.ts';
import type { CascadeEconomics, GetSpendResponse, SpendRow } from '../../api/types.ts';
import { formatCost, formatCount, formatPercent, formatShortDay, formatUsd } from '../../lib/format.ts';
import { barsOf, savedUsd, tokensOf, type Measure } from '../../lib/spend.ts';
import { word } from '../../lib/words.ts';
import { FilterBar, Section, Stat } from '../../ui/atoms.tsx';
import { BarRows } from '../../ui/bar_rows.tsx';
import { useParameter } from '../../ui/navigation.tsx';
import { Empty, Show } from '../../ui/states.tsx';

const maxDays = 30; // newest, in the chart by day

const groups = [
  { value: 'TASK', text: 'By work' },
  { value: 'MODEL', text: 'By model' },
  { value: 'CUSTOMER', text: 'By customer' },
  { value: 'DAY', text: 'By day' },
];

const measures = [
  { value: 'cost', text: 'Cost' },
  { value: 'calls', text: 'Model calls' },
  { value: 'tokens', text: 'Tokens' },
];

const spans = [
  { value: 'all', text: 'All time', days: 0 },
  { value: '30', text: '30 days', days: 30 },
  { value: '7', text: '7 days', days: 7 },
];

// Midnight UTC, so that the address of an answer stays the same over a day.
function since(days: number, now: Date): string {
  if (days === 0) return '';
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days);
  return new Date(midnight).toISOString();
}

export function SpendSection() {
  const [group, setGroup] = useParameter('by', 'TASK');
  const [span, setSpan] = useParameter('span', 'all');
  const days = spans.find((option) => option.value === span)?.days ?? 0;
  const path = withQuery('/v1/spend', { groupBy: `SPEND_GROUP_${group}`, since: since(days, new Date()) });
  const query = useQuery(path, (signal) => getJson<GetSpendResponse>(path, signal));
  return (
    <Section
      title="What it cost" id="spend"
      aside={<FilterBar label="Time" options={spans} value={span} choose={setSpan} />}
    >
      <Show query={query} what="the ledger" rows={6}>
        {(spend) => (
          <>
            <Totals total={spend.total} />
            <Dearer economics={spend.economics ?? []} />
            {(spend.rows ?? []).length === 0
              ? <Empty title="No model was called in this time" />
              : <Chart rows={spend.rows} group={group} setGroup={setGroup} paid={isPaid(spend.total)} />}
          </>
        )}
      </Show>
    </Section>
  );
}

function Totals({ total }: { total?: SpendRow }) {
  const saved = savedUsd(total);
  const baseline = total?.baselineCost?.usd ?? 0;
  const calls = Number(total?.modelCalls ?? 0);
  const unused = Number(total?.unusedModelCalls ?? 0);
  return (
    <dl class="stats">
      <Stat name="Spent" value={formatCost(total?.cost)} />
      <Stat name="Strongest model alone" value={formatCost(total?.baselineCost)} />
      <Stat
        name={saved < 0 ? 'Routing cost more by' : 'Saved by routing'} value={formatUsd(Math.abs(saved))}
        note={baseline > 0 ? formatPercent(Math.abs(saved), baseline) : 'the models in use are free'}
      />
      <Stat name="Model calls" value={formatCount(calls)} note={`${formatPercent(unused, calls)} not used`} />
      <Stat name="Tokens" value={formatCount(total ? tokensOf(total) : 0)} note={total?.usage?.estimated ? 'partly estimated' : undefined} />
    </dl>
  );
}

// Cascades that do not pay.
function Dearer({ economics }: { economics: CascadeEconomics[] }) {
  const dearer = economics.filter((row) => row.dearer);
  if (dearer.length === 0) return null;
  return (
    <div class="notice">
      {dearer.map((row) => (
        <p key={row.task}>
          <strong>{word(row.task)}:</strong> drafting first costs more than the strongest model alone,{' '}
          {formatCost(row.cost)} against {formatCost(row.baselineCost)};{' '}
          {formatPercent(Number(row.escalated), Number(row.decisions))} of the drafts were not enough. Let the
          strongest answer at once, or lower the threshold.
        </p>
      ))}
    </div>
  );
}

function isPaid(total: SpendRow | undefined): boolean {
  return (total?.cost?.usd ?? 0) > 0 || (total?.baselineCost?.usd ?? 0) > 0;
}

function Chart({ rows, group, setGroup, paid }: {
  rows: SpendRow[];
  group: string;
  setGroup: (group: string) => void;
  paid: boolean;
}) {
  const [chosen, setMeasure] = useParameter('measure', paid ? 'cost' : 'calls');
  const measure = chosen as Measure;
  const nameOf = (key: string) => {
    if (group === 'TASK') return word(`TASK_KIND_${key.toUpperCase()}`);
    if (group === 'DAY') return formatShortDay(key);
    return key === '' ? 'none' : key;
  };
  const ordered = group === 'DAY' ? [...rows].sort((a, b) => a.key.localeCompare(b.key)).slice(-maxDays) : rows;
  const bars = barsOf(ordered, measure).map((bar) => ({ ...bar, key: nameOf(bar.key) }));
  return (
    <>
      <div class="toolbar">
        <FilterBar label="Grouping" options={groups} value={group} choose={setGroup} />
        <FilterBar label="Measure" options={measures} value={measure} choose={setMeasure} />
      </div>
      <BarRows bars={bars} measure={measure} />
    </>
  );
}

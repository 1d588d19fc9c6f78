import { getJson, withQuery } from '../../api/client.ts';
import { useQuery } from '../../api/query.ts';
import type { CascadeEconomics, GetSpendResponse, SpendRow } from '../../api/types.ts';
import { formatCost, formatCount, formatPercent, formatShortDay, formatUsd } from '../../lib/format.ts';
import { barsOf, midnight, monthDays, paceOf, savedUsd, tokensOf, type Measure } from '../../lib/spend.ts';
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
  { value: 'OUTCOME', text: 'By outcome' },
  { value: 'REASON', text: 'By reason to escalate' },
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
  return days === 0 ? '' : midnight(days, now).toISOString();
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
      <Month />
      <Show query={query} what="the ledger" rows={6}>
        {(spend) => (
          <>
            <Totals total={spend.total} />
            <Dearer economics={spend.economics ?? []} />
            {Number(spend.total?.modelCalls ?? 0) === 0
              ? <Empty title="No model was called in this time" />
              : <Chart rows={spend.rows ?? []} group={group} setGroup={setGroup} paid={isPaid(spend.total)} />}
            <Requests economics={spend.economics ?? []} />
          </>
        )}
      </Show>
    </Section>
  );
}

// Of the calendar, whatever time is chosen below.
function Month() {
  const now = new Date();
  const path = withQuery('/v1/spend', { groupBy: 'SPEND_GROUP_DAY', since: since(monthDays - 1, now) });
  const query = useQuery(path, (signal) => getJson<GetSpendResponse>(path, signal));
  return (
    <Show query={query} what="the month" rows={1}>
      {({ rows }) => {
        const pace = paceOf(rows ?? [], now);
        const usd = (value: number) => (pace.unpriced ? 'at least ' : '') + formatUsd(value);
        return (
          <dl class="stats">
            <Stat name="Today" value={usd(pace.todayUsd)} note="since midnight UTC" />
            <Stat name="Last 30 days" value={usd(pace.monthUsd)} />
            <Stat name="Month at this pace" value={usd(pace.forecastUsd)} note="as in the last seven days" />
          </dl>
        );
      }}
    </Show>
  );
}

function Totals({ total }: { total?: SpendRow }) {
  const saved = savedUsd(total);
  const baseline = total?.baselineCost?.usd ?? 0;
  const calls = Number(total?.modelCalls ?? 0);
  const unused = Number(total?.unusedModelCalls ?? 0);
  const unpriced = Number(total?.unpricedModelCalls ?? 0);
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
      <Stat name="Calls without a price" value={formatCount(unpriced)} note={unpriced > 0 ? 'missing from what is spent' : undefined} />
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
    if (group === 'OUTCOME' || group === 'REASON') {
      return word(`${group === 'OUTCOME' ? 'ATTEMPT_OUTCOME' : 'DECISION_REASON'}_${key.toUpperCase()}`);
    }
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
      {bars.length === 0 ? <Empty title="No draft made a stronger model necessary" /> : <BarRows bars={bars} measure={measure} />}
    </>
  );
}

// What a request costs, and how often a stronger model had to answer it.
function Requests({ economics }: { economics: CascadeEconomics[] }) {
  if (economics.length === 0) return null;
  return (
    <table class="table" aria-label="What a request costs">
      <thead>
        <tr>
          <th scope="col">Work</th>
          <th scope="col" class="num">Requests</th>
          <th scope="col" class="num">Escalated</th>
          <th scope="col" class="num">Half cost at most</th>
          <th scope="col" class="num">95 % cost at most</th>
          <th scope="col" class="num">Spent</th>
          <th scope="col" class="num">Saved</th>
        </tr>
      </thead>
      <tbody>
        {economics.map((row) => (
          <tr key={row.task}>
            <th scope="row">{word(row.task) || 'General'}</th>
            <td data-label="Requests" class="num">{formatCount(row.decisions)}</td>
            <td data-label="Escalated" class="num">{formatPercent(Number(row.escalated), Number(row.decisions))}</td>
            <td data-label="Half cost at most" class="num">{formatCost(row.medianCost)}</td>
            <td data-label="95 % cost at most" class="num">{formatCost(row.p95Cost)}</td>
            <td data-label="Spent" class="num">{formatCost(row.cost)}</td>
            <td data-label="Saved" class="num">{formatUsd((row.baselineCost?.usd ?? 0) - (row.cost?.usd ?? 0))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

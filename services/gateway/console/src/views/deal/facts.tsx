import { customerPath } from '../../api/client.ts';
import { collect } from '../../api/pages.ts';
import { useQuery } from '../../api/query.ts';
import type { DealState, Fact, ListFactsResponse } from '../../api/types.ts';
import { formatCount, formatDay, plural } from '../../lib/format.ts';
import { growthOf } from '../../lib/growth.ts';
import { word } from '../../lib/words.ts';
import { FilterBar, Section, Tag } from '../../ui/atoms.tsx';
import { WordsList } from '../../ui/evidence.tsx';
import { GrowthChart } from '../../ui/growth_chart.tsx';
import { useParameter } from '../../ui/navigation.tsx';
import { Empty, Show } from '../../ui/states.tsx';

const maxShown = 200;

export function FactsTab({ customerId, deal }: { customerId: string; deal: DealState }) {
  const query = useQuery(`facts:${customerId}`, (signal) =>
    collect<ListFactsResponse, Fact>(customerPath(customerId, '/facts'),
      { pageSize: 1000, 'filter.includeClosed': true }, (page) => page.facts, signal));
  return (
    <Show query={query} what="facts" rows={10}>
      {({ rows, complete }) => {
        const facts = rows.filter((fact) => fact.kind !== 'FACT_KIND_VERBATIM');
        if (facts.length === 0) return <Empty title="No facts yet">They come with the first call.</Empty>;
        return (
          <>
            <Section title="What is known, call by call" id="growth">
              <GrowthChart growth={growthOf(deal.timeline ?? [], facts)} />
            </Section>
            <Section title="Facts" id="facts">
              {!complete && <p class="hint">The newest {formatCount(rows.length)}; older ones are not shown.</p>}
              <FactList facts={facts} />
            </Section>
          </>
        );
      }}
    </Show>
  );
}

function FactList({ facts }: { facts: Fact[] }) {
  const [kind, setKind] = useParameter('kind', 'all');
  const [search, setSearch] = useParameter('search');
  const [closed, setClosed] = useParameter('closed', 'no');
  const holding = facts.filter((fact) => closed === 'yes' || !fact.validTo);
  const kinds = [...new Set(holding.map((fact) => fact.kind))].sort();
  const wanted = search.trim().toLowerCase();
  const found = holding.filter((fact) =>
    (kind === 'all' || fact.kind === kind) &&
    `${fact.text} ${fact.subject} ${fact.attribute}`.toLowerCase().includes(wanted));
  const options = [
    { value: 'all', text: 'All', count: holding.length },
    ...kinds.map((value) => ({
      value, text: word(value), count: holding.filter((fact) => fact.kind === value).length,
    })),
  ];
  const textOf = new Map(facts.map((fact) => [fact.id, fact.text]));
  return (
    <>
      <div class="toolbar">
        <label class="field field-grow">
          <span class="visually-hidden">Search facts</span>
          <input
            class="input" type="search" placeholder="Search facts" value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <label class="check">
          <input
            type="checkbox" checked={closed === 'yes'}
            onChange={(event) => setClosed(event.currentTarget.checked ? 'yes' : 'no')}
          />
          Also what no longer holds
        </label>
      </div>
      <FilterBar label="Kind" options={options} value={kind} choose={setKind} />
      {found.length === 0 ? <Empty title="No fact matches" /> : (
        <ul class="entries">
          {found.slice(0, maxShown).map((fact) => <FactEntry key={fact.id} fact={fact} textOf={textOf} />)}
        </ul>
      )}
      {found.length > maxShown && <p class="hint">{plural(found.length - maxShown, 'more fact')}; narrow the search.</p>}
    </>
  );
}

export function FactEntry({ fact, textOf }: { fact: Fact; textOf?: Map<string, string> }) {
  const heir = textOf?.get(fact.supersededBy);
  const attribute = fact.attribute === '' ? '' : `${fact.attribute}: ${fact.value}`;
  return (
    <li class={fact.validTo ? 'entry entry-closed' : 'entry'}>
      <div class="entry-text">
        <p>{fact.text}</p>
        <p class="entry-about">
          <Tag>{word(fact.kind)}</Tag>
          {fact.subject !== '' && <span>{fact.subject}</span>}
          {attribute !== '' && <span>{attribute}</span>}
          <span>
            {fact.validTo ? `held ${formatDay(fact.validFrom)} to ${formatDay(fact.validTo)}` : `since ${formatDay(fact.validFrom)}`}
          </span>
        </p>
        {heir && <p class="entry-about">Replaced by: {heir}</p>}
        {fact.invalidationReason && <p class="entry-about">Taken out: {fact.invalidationReason}</p>}
      </div>
      <div class="entry-source">
        <WordsList evidence={fact.evidence ?? []} />
      </div>
    </li>
  );
}

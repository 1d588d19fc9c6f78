import { collect } from '../api/pages.ts';
import { useQuery } from '../api/query.ts';
import type { CustomerSummary, DealState, ListCustomersResponse } from '../api/types.ts';
import { formatAge, formatCount, formatMoment, nothing, plural } from '../lib/format.ts';
import { dealUrl } from '../lib/routes.ts';
import { word } from '../lib/words.ts';
import { Heading, Tag } from '../ui/atoms.tsx';
import { useParameter, useTitle } from '../ui/navigation.tsx';
import { Empty, Show } from '../ui/states.tsx';
import { useDeal } from './deal/queries.ts';

type Order = 'recent' | 'name' | 'facts';
const maxShown = 50; // each asks for its deal

function sorted(customers: CustomerSummary[], order: Order): CustomerSummary[] {
  const by: Record<Order, (a: CustomerSummary, b: CustomerSummary) => number> = {
    recent: (a, b) => (b.updatedAt ?? '').localeCompare(a.updatedAt ?? ''),
    name: (a, b) => a.customerId.localeCompare(b.customerId),
    facts: (a, b) => Number(b.facts) - Number(a.facts),
  };
  return [...customers].sort(by[order]);
}

export function CustomersView() {
  useTitle('Customers');
  const [search, setSearch] = useParameter('search');
  const [order, setOrder] = useParameter('order', 'recent');
  const list = useQuery('customers', (signal) =>
    collect<ListCustomersResponse, CustomerSummary>('/v1/customers', { pageSize: 1000 },
      (page) => page.customers, signal));
  return (
    <div class="page">
      <Heading
        title="Customers"
        aside={<a class="button button-strong" href="/process">Process a call</a>}
      >
        {list.data && <p class="lede">{summary(list.data.rows, list.data.complete)}</p>}
      </Heading>
      <Show query={list} what="customers" rows={8}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="No customer yet">
              Drop a transcript on <a href="/process">Process a call</a> and its customer appears here.
            </Empty>
          ) : (
            <>
              <div class="toolbar">
                <label class="field field-grow">
                  <span class="visually-hidden">Search customers</span>
                  <input
                    class="input"
                    type="search"
                    placeholder="Search customers"
                    value={search}
                    onInput={(event) => setSearch(event.currentTarget.value)}
                  />
                </label>
                <label class="field field-inline">
                  <span class="field-label">Order</span>
                  <select class="input" value={order} onChange={(event) => setOrder(event.currentTarget.value)}>
                    <option value="recent">Last update</option>
                    <option value="name">Name</option>
                    <option value="facts">Facts</option>
                  </select>
                </label>
              </div>
              <CustomerTable customers={sorted(rows, order as Order)} search={search} />
            </>
          )
        }
      </Show>
    </div>
  );
}

function summary(customers: CustomerSummary[], complete: boolean): string {
  const facts = customers.reduce((sum, customer) => sum + Number(customer.facts), 0);
  const count = plural(customers.length, 'customer');
  return `${complete ? '' : 'The first '}${count}, ${plural(facts, 'fact')} that hold now.`;
}

function CustomerTable({ customers, search }: { customers: CustomerSummary[]; search: string }) {
  const wanted = search.trim().toLowerCase();
  const found = customers.filter((customer) => customer.customerId.toLowerCase().includes(wanted));
  if (found.length === 0) {
    return <Empty title={`No customer's id contains “${search.trim()}”`}>Ids are compared without case.</Empty>;
  }
  return (
    <>
      <table class="table table-customers">
        <thead>
          <tr>
            <th scope="col">Customer</th>
            <th scope="col">In the way now</th>
            <th scope="col">Stage</th>
            <th scope="col" class="num">Calls</th>
            <th scope="col" class="num">Facts</th>
            <th scope="col" class="num">Version</th>
            <th scope="col">Updated</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, maxShown).map((customer) => (
            <CustomerRow key={customer.customerId} customer={customer} />
          ))}
        </tbody>
      </table>
      {found.length > maxShown && (
        <p class="hint">The first {formatCount(maxShown)} of {formatCount(found.length)}; search for the others.</p>
      )}
    </>
  );
}

function standing(state: DealState | undefined, loading: boolean): string {
  if (!state) return loading ? '…' : nothing;
  const heard = (state.blockers ?? []).length > 0 || word(state.stage) !== '';
  return heard ? 'Nothing' : 'No sales call yet';
}

function CustomerRow({ customer }: { customer: CustomerSummary }) {
  const deal = useDeal(customer.customerId);
  const state = deal.data?.deal;
  const primary = state?.blockers?.find((blocker) => blocker.id === state.primaryBlockerId);
  return (
    <tr>
      <th scope="row">
        <a class="row-link" href={dealUrl(customer.customerId)}>{customer.customerId}</a>
      </th>
      <td data-label="In the way now">
        {primary ? (
          <span class="blocker-line">
            <Tag tone="hot">{word(primary.category)}</Tag> <span>{primary.object}</span>
          </span>
        ) : (
          <span class="muted">{standing(state, deal.loading)}</span>
        )}
      </td>
      <td data-label="Stage">{word(state?.stage)}</td>
      <td data-label="Calls" class="num">{state ? (state.timeline ?? []).length : nothing}</td>
      <td data-label="Facts" class="num">{formatCount(customer.facts)}</td>
      <td data-label="Version" class="num">{customer.version}</td>
      <td data-label="Updated" class="nowrap">
        <time dateTime={customer.updatedAt} title={formatMoment(customer.updatedAt)}>
          {formatAge(customer.updatedAt, new Date())}
        </time>
      </td>
    </tr>
  );
}

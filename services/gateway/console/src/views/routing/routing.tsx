import { getJson, withQuery } from '../../api/client.ts';
import { useQuery } from '../../api/query.ts';
import type { Decision, ListDecisionsResponse, ListModelsResponse, Model } from '../../api/types.ts';
import { word } from '../../lib/words.ts';
import { FilterBar, Heading, Section, Tag } from '../../ui/atoms.tsx';
import { useParameter, useTitle } from '../../ui/navigation.tsx';
import { Empty, Show } from '../../ui/states.tsx';
import { DecisionList } from './decision_list.tsx';
import { SpendSection } from './spend_section.tsx';

const tasks = ['ANALYZE_CALL', 'EXTRACT_FACTS', 'WRITE_EMAIL', 'GENERAL'].map((task) => `TASK_KIND_${task}`);

export function RoutingView() {
  useTitle('Routing');
  return (
    <div class="page">
      <Heading title="Routing">
        <p class="lede">The cheapest model whose answer can be shown to be good, with the reason on record.</p>
      </Heading>
      <SpendSection />
      <Decisions />
      <Models />
    </div>
  );
}

function Decisions() {
  const [task, setTask] = useParameter('task');
  const [customer, setCustomer] = useParameter('customer');
  const [only, setOnly] = useParameter('only', 'all');
  const [pageToken, setPageToken] = useParameter('page');
  const path = withQuery('/v1/decisions', { task, customerId: customer.trim(), pageSize: 25, pageToken });
  const query = useQuery(path, (signal) => getJson<ListDecisionsResponse>(path, signal));
  return (
    <Section title="Decisions, newest first" id="decisions">
      <div class="toolbar">
        <FilterBar
          label="Kind of work" value={task}
          options={[{ value: '', text: 'All work' }, ...tasks.map((value) => ({ value, text: word(value) }))]}
          choose={(value) => { setPageToken(''); setTask(value); }}
        />
        <label class="check">
          <input
            type="checkbox" checked={only === 'escalated'}
            onChange={(event) => setOnly(event.currentTarget.checked ? 'escalated' : 'all')}
          />
          Only where the draft was not enough
        </label>
        <label class="field field-inline">
          <span class="field-label">Customer</span>
          <input
            class="input" type="search" defaultValue={customer}
            onChange={(event) => { setPageToken(''); setCustomer(event.currentTarget.value); }}
          />
        </label>
      </div>
      <Show query={query} what="decisions" rows={8}>
        {(page) => {
          const shown = (page.decisions ?? []).filter((decision) => only === 'all' || needsMore(decision));
          return (
            <>
              {shown.length === 0
                ? <Empty title={only === 'all' ? 'No decision yet' : 'No escalation on this page'} />
                : <DecisionList decisions={shown} withCustomer />}
              <div class="row-gap pager">
                {pageToken !== '' && <button type="button" class="button" onClick={() => setPageToken('')}>Newest</button>}
                {page.nextPageToken && (
                  <button type="button" class="button" onClick={() => setPageToken(page.nextPageToken)}>Older</button>
                )}
              </div>
            </>
          );
        }}
      </Show>
    </Section>
  );
}

function needsMore(decision: Decision): boolean {
  return decision.outcome !== 'DECISION_OUTCOME_ACCEPTED' && decision.outcome !== 'DECISION_OUTCOME_CACHED';
}

function Models() {
  const query = useQuery('models', (signal) => getJson<ListModelsResponse>('/v1/router/models', signal));
  return (
    <Section title="Models, cheapest first" id="models">
      <Show query={query} what="models">
        {({ models }) => ((models ?? []).length === 0 ? <Empty title="No model is configured" /> : <ModelTable models={models} />)}
      </Show>
    </Section>
  );
}

function price(usdPerMillion: number | undefined): string {
  return usdPerMillion === undefined ? 'not known' : `$${usdPerMillion}`;
}

function ModelTable({ models }: { models: Model[] }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Provider</th>
          <th scope="col">Work</th>
          <th scope="col" class="num">In, per million</th>
          <th scope="col" class="num">Out, per million</th>
          <th scope="col" class="num">Threshold</th>
          <th scope="col">Health</th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <tr key={model.name}>
            <th scope="row">{model.name}</th>
            <td data-label="Provider">{model.provider}</td>
            <td data-label="Work">{(model.tasks ?? []).map(word).join(', ')}</td>
            <td data-label="In, per million" class="num">{price(model.inputUsdPerMillion)}</td>
            <td data-label="Out, per million" class="num">{price(model.outputUsdPerMillion)}</td>
            <td data-label="Threshold" class="num">{model.threshold.toFixed(2)}</td>
            <td data-label="Health">
              {model.breakerState === 'BREAKER_STATE_OPEN'
                ? <Tag tone="hot">Breaker open</Tag>
                : <Tag tone="done">{model.breakerState === 'BREAKER_STATE_HALF_OPEN' ? 'Probing' : 'Healthy'}</Tag>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// What each dashboard shows. `make deploy-sync` makes dashboards/*.json and the chart's copies of it.
//
// In expressions SEL stands for the labels every query selects by, and RANGE for a rate's window.

const stat = (title, description, unit, expr, more = {}) => ({ type: 'stat', title, description, unit, targets: [[expr, '']], w: 4, h: 4, ...more });
const graph = (title, description, unit, targets, more = {}) => ({ type: 'timeseries', title, description, unit, targets, w: 12, h: 8, ...more });
const bars = (title, description, unit, targets, more = {}) => ({ type: 'bargauge', title, description, unit, targets, w: 12, h: 8, instant: true, ...more });
const row = (title) => ({ type: 'row', title });

const quantiles = (metric, by, selector = 'SEL') => [0.5, 0.95, 0.99].map((q) =>
  [`histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (rate(${metric}_bucket{${selector}}[RANGE])))`,
    [`p${q * 100}`, ...by.map((label) => `{{${label}}}`)].join(' ')]);

const orchestrator = 'SEL, grpc_service="throughline.orchestrator.v1.OrchestratorService"';
const ours = 'grpc_code=~"Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded|Unimplemented"';
// Of a recorded ratio of errors: how much of the budget of 0.1 % over the window is left.
const left = (name) => `1 - avg(namespace:throughline_${name}_errors:ratio_rate3d) / 0.001`;
const cost = 'throughline_router_cost_usd_total{SEL}';
const unused = 'throughline_router_cost_usd_total{SEL, outcome!="accepted", role!="shadow"}';
const baseline = 'throughline_router_baseline_cost_usd_total{SEL}';
// Of the tenants chosen in the board's variable.
const TENANT = 'SEL, tenant=~"$tenant"';
const tenantCost = `throughline_router_tenant_cost_usd_total{${TENANT}}`;
const tenantBaseline = `throughline_router_tenant_baseline_cost_usd_total{${TENANT}}`;
const tenantRequests = (more = '') => `throughline_router_tenant_requests_total{${TENANT}${more}}`;
const tenantTokens = `throughline_router_tenant_tokens_total{${TENANT}}`;
const tenantBudgets = `throughline_router_budget_used_ratio{${TENANT}}`;

export const dashboards = {
  overview: {
    title: 'Throughline / Overview',
    description: 'Whether calls are processed, how fast, and how much of the error budget is left.',
    panels: [
      stat('Calls processed', 'Calls processed in the range shown; replays of the same call are not counted.', 'short', 'sum(increase(throughline_calls_total{SEL, outcome="processed"}[$__range]))'),
      stat('Calls failed', 'Calls that ended as failed or unavailable in the range shown.', 'short', 'sum(increase(throughline_calls_total{SEL, outcome=~"failed|unavailable"}[$__range])) or vector(0)', { bad: 1 }),
      stat('Budget left: orchestrator', 'Share of the error budget of 0.1 % that the last three days have left; negative when it is overdrawn.', 'percentunit', left('orchestrator')),
      stat('Budget left: gateway', 'The same of the HTTP gateway.', 'percentunit', left('gateway')),
      stat('Processes up', 'Processes that answer on /metrics.', 'short', 'sum(up{SEL})'),
      stat('Spent', 'What model calls cost in the range shown.', 'currencyUSD', `sum(increase(${cost}[$__range]))`),
      row('Calls'),
      graph('Requests', 'gRPC calls that reached the orchestrator, by method.', 'reqps', [[`sum by (grpc_method) (rate(grpc_server_handled_total{${orchestrator}}[RANGE]))`, '{{grpc_method}}']]),
      graph('Errors that are ours', 'Share of calls that failed for a reason that is not the caller\'s, by status.', 'percentunit', [[`sum by (grpc_code) (rate(grpc_server_handled_total{${orchestrator}, ${ours}}[RANGE])) / scalar(sum(rate(grpc_server_handled_total{${orchestrator}}[RANGE])))`, '{{grpc_code}}']]),
      graph('Time of a call', 'From the arrival of a ProcessCall to its answer.', 's', quantiles('grpc_server_handling_seconds', [], `${orchestrator}, grpc_method=~".*ProcessCall"`)),
      graph('Time of each step', '95th percentile of recall, analyse, write and save.', 's', [['histogram_quantile(0.95, sum by (le, step) (rate(throughline_pipeline_step_seconds_bucket{SEL}[RANGE])))', '{{step}}']]),
      graph('How calls end', 'Calls by how their processing ended.', 'short', [['sum by (outcome) (increase(throughline_calls_total{SEL}[RANGE]))', '{{outcome}}']]),
      graph('Burn of the error budget', 'How many times faster than sustainable the budget is used up, over one and six hours. Pages at 14.4 and 6.', 'short', [['max(namespace:throughline_orchestrator_errors:ratio_rate1h) / 0.001', 'orchestrator 1h'], ['max(namespace:throughline_orchestrator_errors:ratio_rate6h) / 0.001', 'orchestrator 6h'], ['max(namespace:throughline_gateway_errors:ratio_rate1h) / 0.001', 'gateway 1h'], ['max(namespace:throughline_gateway_errors:ratio_rate6h) / 0.001', 'gateway 6h']]),
      graph('Background jobs', 'Conversations taken in and not yet processed, by state.', 'short', [['max by (state) (throughline_jobs{SEL})', '{{state}}']]),
      graph('Webhooks', 'Attempts to tell a subscriber of a processed call, by outcome.', 'short', [['sum by (outcome) (increase(throughline_webhook_attempts_total{SEL}[RANGE]))', '{{outcome}}']]),
      row('Gateway'),
      graph('HTTP requests', 'Requests answered by the gateway, by route.', 'reqps', [['sum by (route) (rate(throughline_http_requests_total{SEL}[RANGE]))', '{{route}}']]),
      graph('HTTP answers', 'Requests by status code.', 'reqps', [['sum by (code) (rate(throughline_http_requests_total{SEL}[RANGE]))', '{{code}}']]),
      graph('HTTP time', 'From a request read in full to its answer.', 's', quantiles('throughline_http_request_seconds', [])),
      graph('HTTP refusals', 'Requests turned away: no key, no right, too many.', 'reqps', [['sum by (code) (rate(throughline_http_requests_total{SEL, code=~"401|403|429"}[RANGE]))', '{{code}}']]),
    ],
  },
  cost: {
    title: 'Throughline / Cost',
    description: 'What model calls cost and why, and what routing saves. The ledger (throughline spend) is the truth; this is its view.',
    panels: [
      stat('Today', 'Spent in the last 24 hours.', 'currencyUSD', `sum(increase(${cost}[1d]))`),
      stat('Last 30 days', 'Spent in the last 30 days, as far back as Prometheus keeps samples.', 'currencyUSD', `sum(increase(${cost}[30d]))`),
      stat('Month at this pace', 'What 30 days cost if they go on like the last seven days.', 'currencyUSD', `sum(rate(${cost}[7d])) * 86400 * 30`),
      stat('Saved', 'Less than the strongest model alone would have cost, in the range shown.', 'currencyUSD', `sum(increase(${baseline}[$__range])) - sum(increase(${cost}[$__range]))`),
      stat('Saved, share', 'The same as a share of what the strongest model alone would have cost.', 'percentunit', `1 - sum(increase(${cost}[$__range])) / (sum(increase(${baseline}[$__range])) > 0)`),
      stat('Unpriced calls', 'Model calls without a configured price in the range shown: missing from every figure here.', 'short', 'sum(increase(throughline_router_unpriced_calls_total{SEL}[$__range])) or vector(0)', { bad: 1 }),
      row('Spend'),
      graph('Spend rate by model', 'US dollars an hour.', 'currencyUSD', [[`sum by (model) (rate(${cost}[RANGE])) * 3600`, '{{model}}']], { stack: true }),
      graph('Spend rate by task', 'US dollars an hour.', 'currencyUSD', [[`sum by (task) (rate(${cost}[RANGE])) * 3600`, '{{task}}']], { stack: true }),
      graph('Spent against always-strong', 'What was spent an hour, and what the strongest model alone would have cost.', 'currencyUSD', [[`sum(rate(${cost}[RANGE])) * 3600`, 'spent'], [`sum(rate(${baseline}[RANGE])) * 3600`, 'always strong']]),
      graph('Cost of a request', 'Median and 95th percentile, drafts and escalations included.', 'currencyUSD', [0.5, 0.95].map((q) => [`histogram_quantile(${q}, sum by (le, task) (rate(throughline_router_call_cost_usd_bucket{SEL}[RANGE])))`, `p${q * 100} {{task}}`])),
      bars('Spent by model', 'In the range shown.', 'currencyUSD', [[`sort_desc(sum by (model) (increase(${cost}[$__range])))`, '{{model}}']]),
      bars('Saved by task', 'Against the strongest model alone, in the range shown; negative where routing loses.', 'currencyUSD', [[`sum by (task) (increase(${baseline}[$__range])) - sum by (task) (increase(${cost}[$__range]))`, '{{task}}']]),
      row('Whose'),
      graph('Spend rate by tenant', 'US dollars an hour. The first 50 tenants of each router by name, all others together.', 'currencyUSD', [['sum by (tenant) (rate(throughline_router_tenant_cost_usd_total{SEL}[RANGE])) * 3600', '{{tenant}}']], { stack: true }),
      bars('Spent by tenant', 'In the range shown.', 'currencyUSD', [['sort_desc(sum by (tenant) (increase(throughline_router_tenant_cost_usd_total{SEL}[$__range])))', '{{tenant}}']]),
      bars('Budgets used', 'Used share of each budget in its window, of the fullest customer or call where it is for each of them.', 'percentunit', [['sort_desc(max by (budget, scope, tenant) (throughline_router_budget_used_ratio{SEL}))', '{{budget}} {{tenant}}']]),
      graph('Ledger against metrics', 'US dollars an hour on record in the ledger, and as counted for these dashboards. Where they differ the ledger is right.', 'currencyUSD', [['max(rate(throughline_router_ledger_cost_usd_total{SEL}[RANGE])) * 3600', 'ledger'], ['sum(rate(throughline_router_call_cost_usd_sum{SEL}[RANGE])) * 3600', 'counted'], ['sum(namespace:throughline_ledger_drift_usd:increase1h)', 'drift of an hour']]),
      row('Why'),
      graph('Escalations by reason', 'Requests that a stronger model had to answer, by what was wrong with the draft.', 'short', [['sum by (reason) (increase(throughline_router_decisions_total{SEL, decision="escalated"}[RANGE]))', '{{reason}}']], { stack: true }),
      graph('Escalation rate', 'Share of requests that a stronger model had to answer.', 'percentunit', [['sum by (task) (rate(throughline_router_decisions_total{SEL, decision="escalated"}[RANGE])) / sum by (task) (rate(throughline_router_decisions_total{SEL}[RANGE]))', '{{task}}']]),
      graph('Calls without an answer', 'Model calls that ended in an error or were cancelled: providers charge for what they had generated.', 'short', [['sum by (model, outcome) (increase(throughline_router_model_calls_total{SEL, outcome=~"error|cancelled"}[RANGE]))', '{{model}} {{outcome}}']]),
      graph('Rejected drafts', 'Model calls whose answer the checks turned down: paid for and not used.', 'short', [['sum by (model) (increase(throughline_router_model_calls_total{SEL, outcome="rejected"}[RANGE]))', '{{model}}']]),
      graph('Cost of escalations by reason', 'US dollars an hour that stronger models cost, by what was wrong with the draft.', 'currencyUSD', [['sum by (reason) (rate(throughline_router_escalation_cost_usd_total{SEL}[RANGE])) * 3600', '{{reason}}']], { stack: true }),
      graph('Spend rate by role', 'US dollars an hour: drafts, repairs, escalations, hedges, and shadows that only compare.', 'currencyUSD', [[`sum by (role) (rate(${cost}[RANGE])) * 3600`, '{{role}}']], { stack: true }),
      graph('Spent without an answer', 'US dollars an hour for calls whose answer was turned down, failed or cancelled.', 'currencyUSD', [[`sum by (model, outcome) (rate(${unused}[RANGE])) * 3600`, '{{model}} {{outcome}}']], { stack: true }),
      bars('Spent without an answer, by outcome', 'In the range shown.', 'currencyUSD', [[`sort_desc(sum by (outcome) (increase(${unused}[$__range])))`, '{{outcome}}']]),
      graph('Cost of an accepted answer', 'US dollars spent for each request that ended with an answer.', 'currencyUSD', [[`sum(rate(${cost}[RANGE])) / sum(rate(throughline_router_decisions_total{SEL, decision!="failed"}[RANGE]))`, 'each answer']]),
      graph('Tokens', 'By kind: cached input is cheap, reasoning is output that nobody reads.', 'short', [['sum by (type) (rate(throughline_router_tokens_total{SEL}[RANGE]))', '{{type}}']], { stack: true }),
      graph('Share of input from the provider\'s cache', 'Cached input tokens of all input tokens.', 'percentunit', [['sum by (model) (rate(throughline_router_tokens_total{SEL, type="input_cached"}[RANGE])) / sum by (model) (rate(throughline_router_tokens_total{SEL, type=~"input_.*"}[RANGE]))', '{{model}}']]),
      graph('Unpriced calls by model', 'Add the price to the router\'s configuration.', 'short', [['sum by (model) (increase(throughline_router_unpriced_calls_total{SEL}[RANGE]))', '{{model}}']]),
    ],
  },
  tenant: {
    title: 'Throughline / Tenant',
    description: 'What each tenant asks, spends and has left. The first 50 tenants that a router sees have a name here; all others are "other". The ledger (throughline spend) knows them all, and their customers.',
    variables: [{ name: 'tenant', label: 'Tenant', query: 'label_values(throughline_router_tenant_cost_usd_total{job=~"$job", namespace=~"$namespace"}, tenant)' }],
    panels: [
      stat('Today', 'Spent in the last 24 hours by the tenants chosen.', 'currencyUSD', `sum(increase(${tenantCost}[1d]))`),
      stat('Last 30 days', 'Spent in the last 30 days, as far back as Prometheus keeps samples.', 'currencyUSD', `sum(increase(${tenantCost}[30d]))`),
      stat('Month at this pace', 'What 30 days cost if they go on like the last seven days.', 'currencyUSD', `sum(rate(${tenantCost}[7d])) * 86400 * 30`),
      stat('Saved', 'Less than the strongest model alone would have cost, in the range shown.', 'currencyUSD', `sum(increase(${tenantBaseline}[$__range])) - sum(increase(${tenantCost}[$__range]))`),
      stat('Requests', 'Requests routed in the range shown.', 'short', `sum(increase(${tenantRequests()}[$__range]))`),
      stat('Refused', 'Requests refused in the range shown because a budget was used up.', 'short', `sum(increase(${tenantRequests(', result="refused"')}[$__range])) or vector(0)`, { bad: 1 }),
      row('Spend'),
      graph('Spend rate', 'US dollars an hour.', 'currencyUSD', [[`sum by (tenant) (rate(${tenantCost}[RANGE])) * 3600`, '{{tenant}}']], { stack: true }),
      bars('Spent', 'In the range shown, dearest first.', 'currencyUSD', [[`sort_desc(sum by (tenant) (increase(${tenantCost}[$__range])))`, '{{tenant}}']]),
      graph('Cost of an answer', 'US dollars spent for each request that was answered.', 'currencyUSD', [[`sum by (tenant) (rate(${tenantCost}[RANGE])) / sum by (tenant) (rate(${tenantRequests(', result="answered"')}[RANGE]))`, '{{tenant}}']]),
      bars('Saved by tenant', 'Against the strongest model alone, in the range shown; negative where routing loses.', 'currencyUSD', [[`sort_desc(sum by (tenant) (increase(${tenantBaseline}[$__range])) - sum by (tenant) (increase(${tenantCost}[$__range])))`, '{{tenant}}']]),
      row('Budgets'),
      bars('Budgets used', 'Used share of each budget in its window, of the fullest customer or call where it is for each of them.', 'percentunit', [[`sort_desc(max by (tenant, budget, scope) (${tenantBudgets}))`, '{{tenant}} {{budget}}']]),
      graph('Use of budgets over time', 'Used share of each budget; it falls when the window ends, and BudgetNearEnd opens a ticket at four fifths.', 'percentunit', [[`max by (tenant, budget, scope) (${tenantBudgets})`, '{{tenant}} {{budget}}']]),
      row('Requests and tokens'),
      graph('Requests by tenant', 'Requests routed.', 'reqps', [[`sum by (tenant) (rate(${tenantRequests()}[RANGE]))`, '{{tenant}}']], { stack: true }),
      graph('Refused by a budget', 'Requests turned away because a budget was used up.', 'reqps', [[`sum by (tenant) (rate(${tenantRequests(', result="refused"')}[RANGE]))`, '{{tenant}}']]),
      graph('Without an answer', 'Share of requests that no model answered, refusals aside.', 'percentunit', [[`sum by (tenant) (rate(${tenantRequests(', result="failed"')}[RANGE])) / sum by (tenant) (rate(${tenantRequests()}[RANGE]))`, '{{tenant}}']]),
      graph('Tokens by tenant', 'Input and output of all model calls, drafts that fell included.', 'short', [[`sum by (tenant, kind) (rate(${tenantTokens}[RANGE]))`, '{{tenant}} {{kind}}']]),
    ],
  },
  routing: {
    title: 'Throughline / Routing',
    description: 'How requests are decided, why drafts fall, and how providers do.',
    panels: [
      graph('Decisions', 'Requests by how they were decided.', 'reqps', [['sum by (decision) (rate(throughline_router_decisions_total{SEL}[RANGE]))', '{{decision}}']], { stack: true }),
      graph('From → to', 'Escalated requests by the model that drafted and the one that answered.', 'reqps', [['sum by (from_model, to_model) (rate(throughline_router_decisions_total{SEL, decision="escalated"}[RANGE]))', '{{from_model}} → {{to_model}}']]),
      graph('Reasons', 'Decisions by reason.', 'reqps', [['sum by (reason) (rate(throughline_router_decisions_total{SEL}[RANGE]))', '{{reason}}']]),
      bars('Failed checks', 'Checks that drafts failed in the range shown.', 'short', [['sort_desc(sum by (check) (increase(throughline_router_checks_total{SEL, result="failed"}[$__range])))', '{{check}}']]),
      graph('Draft score', 'Median score of first drafts; below the threshold of the task a draft falls.', 'percentunit', [['histogram_quantile(0.5, sum by (le, task) (rate(throughline_router_draft_score_bucket{SEL}[RANGE])))', '{{task}}']]),
      graph('Drift of draft scores', 'Mean score of the last 100 first drafts less that of the last 2,000: below zero, drafts have become worse, or calls harder.', 'percentunit', [['min by (task) (throughline_router_draft_score_drift{SEL})', '{{task}}']]),
      graph('Agreement with the strongest model', 'Of accepted drafts that were held against it, the share to which it said the same.', 'percentunit', [['sum by (task) (increase(throughline_router_shadow_agreement_total{SEL, agrees="yes"}[$__range])) / sum by (task) (increase(throughline_router_shadow_agreement_total{SEL}[$__range]))', '{{task}}']]),
      graph('Cascades that do not pay', '1 while drafting first has cost more than the strongest model alone would have.', 'short', [['max by (task) (throughline_router_cascade_dearer{SEL})', '{{task}}']]),
      graph('Acceptance of drafts', 'Share of drafts that were accepted as they came.', 'percentunit', [['sum by (model) (rate(throughline_router_model_calls_total{SEL, role="draft", outcome="accepted"}[RANGE])) / sum by (model) (rate(throughline_router_model_calls_total{SEL, role="draft"}[RANGE]))', '{{model}}']]),
      row('Providers'),
      graph('Model calls', 'By model and outcome.', 'reqps', [['sum by (model, outcome) (rate(throughline_router_model_calls_total{SEL}[RANGE]))', '{{model}} {{outcome}}']]),
      graph('Provider errors', 'Share of calls that the provider failed.', 'percentunit', [['sum by (provider, model) (rate(throughline_router_model_calls_total{SEL, outcome="error"}[RANGE])) / sum by (provider, model) (rate(throughline_router_model_calls_total{SEL}[RANGE]))', '{{model}}']]),
      graph('Provider time', '95th percentile of a model call.', 's', [['histogram_quantile(0.95, sum by (le, model) (rate(throughline_router_model_call_seconds_bucket{SEL}[RANGE])))', '{{model}}']]),
      graph('Time to first text', '95th percentile, of streamed answers.', 's', [['histogram_quantile(0.95, sum by (le, model) (rate(throughline_router_first_text_seconds_bucket{SEL}[RANGE])))', '{{model}}']]),
      graph('The router\'s own time', 'What routing adds to a request beside the providers.', 's', quantiles('throughline_router_overhead_seconds', [])),
      graph('Circuit breakers', '0 closed, 1 open, 2 trying again.', 'short', [['max by (provider, model) (throughline_router_breaker_state{SEL})', '{{model}}']]),
      graph('Changes of the models', 'Configurations the router read while running: taken, or refused with the fault in its log.', 'short', [['sum by (result) (increase(throughline_router_config_reloads_total{SEL}[RANGE]))', '{{result}}']]),
      graph('Answers without text', 'By cause: empty, cut off, refused.', 'short', [['sum by (model, cause) (increase(throughline_router_empty_outputs_total{SEL}[RANGE]))', '{{model}} {{cause}}']]),
    ],
  },
  memory: {
    title: 'Throughline / Memory and stores',
    description: 'How fast and how often memory recalls, what it learns, and whether its stores answer.',
    panels: [
      stat('Cache hit rate', 'Recalls answered from the cache in the range shown.', 'percentunit', 'sum(increase(throughline_memory_cache_total{SEL, result="hit"}[$__range])) / sum(increase(throughline_memory_cache_total{SEL}[$__range]))'),
      stat('Recalls', 'In the range shown.', 'short', 'sum(increase(throughline_memory_recall_seconds_count{SEL}[$__range]))'),
      stat('Facts added', 'In the range shown.', 'short', 'sum(increase(throughline_memory_facts_total{SEL, op="added"}[$__range])) or vector(0)'),
      stat('Cache errors', 'Recalls that the cache could not answer, in the range shown: Redis down, slow or full.', 'short', 'sum(increase(throughline_memory_cache_total{SEL, result="error"}[$__range])) or vector(0)', { bad: 1 }),
      row('Recall'),
      graph('Time of a recall', 'By what the cache did.', 's', quantiles('throughline_memory_recall_seconds', ['cache'])),
      graph('Cache', 'Recalls by what the cache did.', 'reqps', [['sum by (result) (rate(throughline_memory_cache_total{SEL}[RANGE]))', '{{result}}']], { stack: true }),
      graph('Recalls by meaning', 'Recalls that also asked the embedder: used, or missing when it did not answer.', 'reqps', [['sum by (result) (rate(throughline_memory_meaning_total{SEL}[RANGE]))', '{{result}}']]),
      row('Writes and store'),
      graph('What is learnt', 'Facts by what was done with them.', 'short', [['sum by (op) (increase(throughline_memory_facts_total{SEL}[RANGE]))', '{{op}}']]),
      graph('Requests to memory', 'By method.', 'reqps', [['sum by (grpc_method) (rate(grpc_server_handled_total{SEL, grpc_service="throughline.memory.v1.MemoryService"}[RANGE]))', '{{grpc_method}}']]),
      graph('Errors of memory', 'By status; Unavailable means that the store does not answer.', 'reqps', [['sum by (grpc_code) (rate(grpc_server_handled_total{SEL, grpc_service="throughline.memory.v1.MemoryService", grpc_code!="OK"}[RANGE]))', '{{grpc_code}}']]),
      graph('Connections to PostgreSQL', 'Open in each process, and as many as it may have.', 'short', [['sum by (component, database, instance) (throughline_postgres_connections{SEL})', '{{component}} {{database}} {{instance}}'], ['max by (component, database) (throughline_postgres_max_connections{SEL})', 'limit {{component}} {{database}}']]),
      graph('Wait for a connection', '95th percentile.', 's', [['histogram_quantile(0.95, sum by (le, component, database) (rate(throughline_postgres_wait_seconds_bucket{SEL}[RANGE])))', '{{component}} {{database}}']]),
      graph('Work without a connection', 'Busy: all were in use until its deadline. Connect: the server took no further one.', 'short', [['sum by (component, database, cause) (increase(throughline_postgres_missed_connections_total{SEL}[RANGE]))', '{{component}} {{database}} {{cause}}']]),
      graph('Time of a write', 'From the arrival of a Retain to its answer; it is durable by then.', 's', quantiles('grpc_server_handling_seconds', [], 'SEL, grpc_service="throughline.memory.v1.MemoryService", grpc_method="Retain"')),
    ],
  },
  runtime: {
    title: 'Throughline / Runtime',
    description: 'Use, saturation and errors of every process, and how rollouts go.',
    panels: [
      graph('Up', 'Processes that answer on /metrics, by service.', 'short', [['sum by (component) (up{SEL})', '{{component}}']]),
      graph('Versions', 'Processes by the version of their program; two while a rollout is under way.', 'short', [['count by (component, version) (throughline_build_info{SEL})', '{{component}} {{version}}']]),
      graph('Calls in flight', 'Begun and not yet answered, by service.', 'short', [['sum by (component) (grpc_server_in_flight{SEL})', '{{component}}']]),
      graph('Waiting for a worker', 'Calls in the queue of each pool.', 'short', [['sum by (component, pool) (throughline_pool_queued{SEL})', '{{component}} {{pool}}']]),
      graph('Wait for a worker', '95th percentile.', 's', [['histogram_quantile(0.95, sum by (le, component, pool) (rate(throughline_pool_wait_seconds_bucket{SEL}[RANGE])))', '{{component}} {{pool}}']]),
      graph('Refused', 'Calls turned away because too many wait already.', 'reqps', [['sum by (component) (rate(grpc_server_handled_total{SEL, grpc_code="ResourceExhausted"}[RANGE]))', '{{component}}']]),
      graph('Unavailable and cancelled', 'What a rollout that goes wrong shows: calls that ended because a process went away.', 'reqps', [['sum by (component, grpc_code) (rate(grpc_server_handled_total{SEL, grpc_code=~"Unavailable|Canceled"}[RANGE]))', '{{component}} {{grpc_code}}']]),
      graph('Requests by replica', 'Even lines mean that balancing works.', 'reqps', [['sum by (component, instance) (rate(grpc_server_started_total{SEL}[RANGE]))', '{{component}} {{instance}}']]),
      graph('Time by service', '95th percentile of a call at each service.', 's', [['histogram_quantile(0.95, sum by (le, grpc_service) (rate(grpc_server_handling_seconds_bucket{SEL}[RANGE])))', '{{grpc_service}}']]),
      graph('Trace spans', 'By what became of them; those refused, failed or dropped are missing from traces.', 'short', [['sum by (component, result) (rate(throughline_trace_spans_total{SEL}[RANGE]))', '{{component}} {{result}}']]),
      graph('Drains that cut calls off', 'Shutdowns whose calls did not end in time; a process that did it stays for one more scrape.', 'short', [['sum by (component) (increase(throughline_drain_timeouts_total{SEL}[RANGE]))', '{{component}}']]),
      row('What has to be on record, and what has to be gone'),
      graph('Audit records', 'Acts by whether their record was written or lost; none may be lost.', 'reqps', [['sum by (component, outcome) (rate(throughline_audit_records_total{SEL}[RANGE]))', '{{component}} {{outcome}}']]),
      graph('Audit records that wait', 'Records not yet in the file, by process: a few, unless the disk is full or gone. Beyond 65,536 they are lost.', 'short', [['max by (component, instance) (throughline_audit_pending_records{SEL})', '{{component}} {{instance}}']]),
      graph('Failed writes of the audit log', 'A process that cannot write tries once a second.', 'short', [['sum by (component, instance) (increase(throughline_audit_write_failures_total{SEL}[RANGE]))', '{{component}} {{instance}}']]),
      graph('Erased by rules of retention', 'Records past their time, by kind.', 'short', [['sum by (kind) (increase(throughline_retention_erased_total{SEL}[RANGE]))', '{{kind}}']]),
      graph('Sweeps of retention', 'By how they ended: done or failed.', 'short', [['sum by (component, outcome) (increase(throughline_retention_sweeps_total{SEL}[RANGE]))', '{{component}} {{outcome}}']]),
    ],
  },
};

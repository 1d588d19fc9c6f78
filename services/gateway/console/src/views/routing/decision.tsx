import { getJson } from '../../api/client.ts';
import { useQuery } from '../../api/query.ts';
import type { Attempt, Decision, GetDecisionResponse } from '../../api/types.ts';
import { formatCost, formatCount, formatDuration, formatMoment } from '../../lib/format.ts';
import { callUrl, dealUrl } from '../../lib/routes.ts';
import { outcomeTone, word, type Tone } from '../../lib/words.ts';
import { Heading, Section, Stat, Tag } from '../../ui/atoms.tsx';
import { useTitle } from '../../ui/navigation.tsx';
import { Empty, Show } from '../../ui/states.tsx';
import { decisionOutline } from './decision_list.tsx';

export function DecisionView({ decisionId }: { decisionId: string }) {
  useTitle('Decision');
  const path = `/v1/decisions/${encodeURIComponent(decisionId)}`;
  const query = useQuery(path, (signal) => getJson<GetDecisionResponse>(path, signal));
  return (
    <div class="page">
      <Heading
        eyebrow={<a href="/routing">Routing</a>}
        title={query.data?.decision ? word(query.data.decision.task) || 'General' : 'Decision'}
      >
        <p class="lede"><code>{decisionId}</code></p>
      </Heading>
      <Show query={query} what="the decision" rows={8}>
        {({ decision }) => (decision ? <Details decision={decision} /> : <Empty title="There is no such decision" />)}
      </Show>
    </div>
  );
}

function Details({ decision }: { decision: Decision }) {
  const { customerId = '', callId = '' } = decision.attribution ?? {};
  return (
    <>
      <p class="decision-why">
        <Tag tone={outcomeTone(decision.outcome)}>{word(decision.outcome)}</Tag> {decision.explanation}
      </p>
      <dl class="stats">
        <Stat name="Cost" value={formatCost(decision.cost)} note={`strongest alone ${formatCost(decision.baselineCost)}`} />
        <Stat name="Draft’s score" value={decision.draftScore.toFixed(2)} note={`${decision.threshold.toFixed(2)} needed`} />
        <Stat name="Took" value={formatDuration(decision.latency)} note={`${formatDuration(decision.overhead)} of it the router’s`} />
        <Stat name="Difficulty" value={decision.difficulty.toFixed(2)} />
      </dl>
      <p class="muted">
        {formatMoment(decision.decidedAt)}, {decisionOutline(decision)}, configuration <code>{decision.policyVersion}</code>
        {customerId !== '' && <>, for <a href={dealUrl(customerId)}>{customerId}</a></>}
        {callId !== '' && <>, <a href={callUrl(customerId, callId)}>its call</a></>}
      </p>
      <Section title="Attempts" id="attempts">
        <ol class="attempts">
          {(decision.attempts ?? []).map((attempt, i) => <AttemptCard key={i} attempt={attempt} number={i + 1} />)}
        </ol>
      </Section>
    </>
  );
}

function checkTone(result: string): Tone {
  if (result.endsWith('_PASSED')) return 'done';
  return result.endsWith('_FAILED') ? 'hot' : 'quiet';
}

function AttemptCard({ attempt, number }: { attempt: Attempt; number: number }) {
  const accepted = attempt.outcome === 'ATTEMPT_OUTCOME_ACCEPTED';
  const usage = attempt.usage;
  const input = Number(usage?.inputUncachedTokens ?? 0) + Number(usage?.inputCachedTokens ?? 0);
  return (
    <li class="attempt">
      <div class="attempt-head">
        <h3>{number}. {attempt.model}</h3>
        <Tag>{word(attempt.role)}</Tag>
        <Tag tone={accepted ? 'done' : 'hot'}>{word(attempt.outcome)}</Tag>
      </div>
      <p>{attempt.explanation}</p>
      <p class="muted num-line">
        {formatDuration(attempt.latency)} · {formatCost(attempt.cost)} ·{' '}
        {usage?.estimated && 'about '}{formatCount(input)} tokens in, {formatCount(usage?.outputVisibleTokens)} out
        {Number(usage?.outputReasoningTokens ?? 0) > 0 && `, ${formatCount(usage?.outputReasoningTokens)} of reasoning`}
        {' '}· score {attempt.score.toFixed(2)}
      </p>
      <ul class="checks">
        {(attempt.checks ?? []).map((check) => (
          <li key={check.name}>
            <Tag tone={checkTone(check.result)}>{word(check.result)}</Tag>
            <span class="check-name">{check.name.replaceAll('_', ' ')}</span>
            <span class="muted">{check.explanation}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}

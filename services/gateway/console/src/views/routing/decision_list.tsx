import type { Decision } from '../../api/types.ts';
import { formatCost, formatDuration, formatMoment, plural } from '../../lib/format.ts';
import { callUrl, dealUrl, decisionUrl } from '../../lib/routes.ts';
import { outcomeTone, word } from '../../lib/words.ts';
import { Tag } from '../../ui/atoms.tsx';
import { Empty } from '../../ui/states.tsx';

// Decisions as a table; each leads to its attempts and checks.
export function DecisionList({ decisions, withCustomer }: { decisions: Decision[]; withCustomer: boolean }) {
  if (decisions.length === 0) return <Empty title="No decision is recorded" />;
  return (
    <table class="table table-decisions">
      <thead>
        <tr>
          <th scope="col">Work</th>
          <th scope="col">Outcome</th>
          <th scope="col">Why</th>
          {withCustomer && <th scope="col">Customer</th>}
          <th scope="col" class="num">Tries</th>
          <th scope="col" class="num">Cost</th>
          <th scope="col" class="num">Took</th>
        </tr>
      </thead>
      <tbody>
        {decisions.map((decision) => (
          <tr key={decision.id}>
            <th scope="row">
              <a class="row-link" href={decisionUrl(decision.id)}>{word(decision.task) || 'General'}</a>
              {withCustomer && <span class="cell-note">{formatMoment(decision.decidedAt)}</span>}
            </th>
            <td data-label="Outcome"><Tag tone={outcomeTone(decision.outcome)}>{word(decision.outcome)}</Tag></td>
            <td data-label="Why">
              {decision.explanation}
              <span class="cell-note">{decision.toModel || decision.fromModel}</span>
            </td>
            {withCustomer && <td data-label="Customer"><CustomerCell decision={decision} /></td>}
            <td data-label="Tries" class="num">{(decision.attempts ?? []).length}</td>
            <td data-label="Cost" class="num">{formatCost(decision.cost)}</td>
            <td data-label="Took" class="num">{formatDuration(decision.latency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function decisionOutline(decision: Decision): string {
  return `${plural((decision.attempts ?? []).length, 'model call')}, ${formatDuration(decision.latency)}`;
}

function CustomerCell({ decision }: { decision: Decision }) {
  const { customerId = '', callId = '' } = decision.attribution ?? {};
  if (customerId === '') return <span class="muted">none</span>;
  return (
    <>
      <a href={dealUrl(customerId)}>{customerId}</a>
      {callId !== '' && <span class="cell-note"><a href={callUrl(customerId, callId)}>its call</a></span>}
    </>
  );
}

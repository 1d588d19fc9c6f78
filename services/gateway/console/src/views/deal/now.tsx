import { callPath, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/query.ts';
import type { Analysis, Blocker, DealState, GetCallResponse } from '../../api/types.ts';
import { daysBetween, formatDay, plural } from '../../lib/format.ts';
import { callUrl } from '../../lib/routes.ts';
import { openSince } from '../../lib/story.ts';
import { isOpen, word } from '../../lib/words.ts';
import { StatusWord } from '../../ui/atoms.tsx';
import { Words } from '../../ui/evidence.tsx';

// Where the deal stands after its latest call: one thing in the way, who decides, what comes next.
export function Now({ customerId, deal }: { customerId: string; deal: DealState }) {
  const calls = deal.timeline ?? [];
  const last = calls[calls.length - 1];
  const path = callPath(customerId, last?.callId ?? '');
  const call = useQuery(path, (signal) =>
    last ? getJson<GetCallResponse>(path, signal) : Promise.resolve<GetCallResponse>({}));
  if (!last) return null;
  const analysis = call.data?.result?.analysis;
  const primary = deal.blockers.find((blocker) => blocker.id === deal.primaryBlockerId);
  return (
    <section class="now" aria-label="Where the deal stands">
      <div class="now-main">
        {primary ? <InTheWay blocker={primary} deal={deal} analysis={analysis} /> : <NothingInTheWay deal={deal} />}
      </div>
      <dl class="now-side">
        <Deciders deal={deal} />
        <NextStep customerId={customerId} analysis={analysis} callId={last.callId} />
      </dl>
    </section>
  );
}

function InTheWay({ blocker, deal, analysis }: { blocker: Blocker; deal: DealState; analysis?: Analysis }) {
  const history = blocker.history ?? [];
  const newest = history[history.length - 1];
  const last = deal.timeline[deal.timeline.length - 1];
  const since = openSince(blocker);
  const days = daysBetween(since, last?.occurredAt);
  const others = deal.blockers.filter((other) => isOpen(other.status) && other.id !== blocker.id);
  const reason = analysis?.primaryReason ?? '';
  return (
    <>
      <p class="eyebrow eyebrow-hot">In the way now · {word(blocker.category)}</p>
      <p class="now-object">{blocker.object}</p>
      {reason !== '' && <p class="now-reason">{reason}</p>}
      <Words evidence={newest?.evidence} />
      <ul class="now-facts">
        <li><StatusWord status={blocker.status} /></li>
        {since && (
          <li>
            open since {formatDay(since)}
            {days !== undefined && days > 0 && `, ${plural(days, 'day')} up to the latest call`}
          </li>
        )}
        {blocker.owner !== '' && <li>{blocker.owner} has to act</li>}
        {blocker.clearingCondition !== '' && <li>clears when: “{blocker.clearingCondition}”</li>}
        {others.length > 0 && <li>{plural(others.length, 'other')} open: {others.map((o) => o.object).join('; ')}</li>}
      </ul>
    </>
  );
}

function NothingInTheWay({ deal }: { deal: DealState }) {
  const settled = deal.blockers.filter((blocker) => !isOpen(blocker.status)).length;
  return (
    <>
      <p class="eyebrow eyebrow-done">In the way now</p>
      <p class="now-object">Nothing</p>
      <p class="now-reason">
        {settled === 0 ? 'No blocker has been heard.' : `${plural(settled, 'blocker')} settled so far.`}
      </p>
    </>
  );
}

function Deciders({ deal }: { deal: DealState }) {
  const names = deal.timeline[deal.timeline.length - 1]?.decisionMakers ?? [];
  const nominal = deal.stakeholders.filter((person) => person.nominal);
  const titleOf = (name: string) => deal.stakeholders.find((person) => person.name === name)?.title ?? '';
  return (
    <>
      <div class="now-item">
        <dt>Whose yes is needed</dt>
        {names.length === 0 ? <dd class="muted">Nobody was named</dd> : names.map((name) => (
          <dd key={name}>
            <strong>{name}</strong>
            {titleOf(name) !== '' && <span class="muted"> {titleOf(name)}</span>}
          </dd>
        ))}
      </div>
      {nominal.length > 0 && (
        <div class="now-item">
          <dt>Seems to decide, and does not</dt>
          {nominal.map((person) => (
            <dd key={person.name}>
              <strong class="nominal-name">{person.name}</strong>
              {person.title !== '' && <span class="muted"> {person.title}</span>}
            </dd>
          ))}
        </div>
      )}
    </>
  );
}

function NextStep({ customerId, analysis, callId }: { customerId: string; analysis?: Analysis; callId: string }) {
  const step = analysis?.nextStep;
  return (
    <>
      <div class="now-item">
        <dt>Next step</dt>
        {step ? (
          <dd>
            {step.dueDate !== '' && <strong>{formatDay(step.dueDate)}: </strong>}
            {[step.owner, step.description].filter(Boolean).join(': ')}
          </dd>
        ) : (
          <dd class="muted">{analysis ? 'None was agreed' : '…'}</dd>
        )}
      </div>
      <div class="now-item">
        <dt>Write to</dt>
        <dd>
          {analysis?.followUp?.recipient
            ? <strong>{analysis.followUp.recipient}</strong>
            : <span class="muted">{analysis ? 'Nobody' : '…'}</span>}
        </dd>
        <dd><a href={callUrl(customerId, callId)}>The e-mail and the latest call</a></dd>
      </div>
    </>
  );
}

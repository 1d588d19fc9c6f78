import { callPath, getJson } from '../api/client.ts';
import { useQuery } from '../api/query.ts';
import type { Analysis, CallResult, Evidence, GetCallResponse, Transcript } from '../api/types.ts';
import { formatCost, formatDay, formatDuration, plural } from '../lib/format.ts';
import { callUrl, dealUrl } from '../lib/routes.ts';
import { word } from '../lib/words.ts';
import { Heading, Section, Stat, StatusWord, Tag } from '../ui/atoms.tsx';
import { EmailCard } from '../ui/email_card.tsx';
import { SourceContext, TranscriptTurns, Words } from '../ui/evidence.tsx';
import { useTitle } from '../ui/navigation.tsx';
import { Empty, Show } from '../ui/states.tsx';
import { FactEntry } from './deal/facts.tsx';
import { callNames, useCalls } from './deal/queries.ts';
import { DecisionList } from './routing/decision_list.tsx';

export function CallView({ customerId, callId }: { customerId: string; callId: string }) {
  const path = callPath(customerId, callId);
  const query = useQuery(path, (signal) => getJson<GetCallResponse>(path, signal));
  const calls = useCalls(customerId);
  const ids = (calls.data?.rows ?? []).map((call) => call.callId);
  const index = ids.indexOf(callId);
  const name = index < 0 ? 'Call' : `Call ${index + 1}`;
  useTitle(`${name}, ${customerId}`);
  return (
    <SourceContext.Provider value={{ customerId, callName: callNames(ids) }}>
      <div class="page">
        <Heading
          eyebrow={<><a href="/">Customers</a> / <a href={dealUrl(customerId)}>{customerId}</a></>}
          title={query.data?.transcript?.title || name}
          aside={<Neighbours customerId={customerId} before={ids[index - 1]} after={index < 0 ? undefined : ids[index + 1]} />}
        >
          <p class="lede">
            {name}, {formatDay(query.data?.transcript?.occurredAt ?? query.data?.result?.occurredAt)}
          </p>
        </Heading>
        <Show query={query} what="the call" rows={10}>
          {({ result, transcript }) => (
            <div class="call">
              <div class="call-result">
                {result ? <Result result={result} /> : <Empty title="This call gave no result" />}
              </div>
              <TranscriptSection transcript={transcript} />
            </div>
          )}
        </Show>
      </div>
    </SourceContext.Provider>
  );
}

function Neighbours({ customerId, before, after }: { customerId: string; before?: string; after?: string }) {
  return (
    <nav class="row-gap" aria-label="Other calls">
      {before && <a class="button" href={callUrl(customerId, before)}>Earlier call</a>}
      {after && <a class="button" href={callUrl(customerId, after)}>Later call</a>}
    </nav>
  );
}

function Result({ result }: { result: CallResult }) {
  const { analysis } = result;
  return (
    <>
      <Warnings warnings={result.warnings ?? []} suspicious={analysis?.suspiciousContent ?? []} />
      {analysis?.notASalesCall ? (
        <Empty title="Not a sales call">No blocker, no decider and no e-mail were drawn from it.</Empty>
      ) : (
        <>
          {analysis && <Outcome analysis={analysis} />}
          {result.email?.body && (
            <Section title="Follow-up" id="email"><EmailCard email={result.email} /></Section>
          )}
        </>
      )}
      <Section title={plural((result.facts ?? []).length, 'new fact')} id="new-facts">
        <ul class="entries">
          {(result.facts ?? []).map((fact) => <FactEntry key={fact.id} fact={fact} />)}
        </ul>
      </Section>
      <Section title="How it was worked out" id="work">
        <dl class="stats">
          <Stat name="Answered in" value={formatDuration(result.latency)} />
          <Stat name="Facts recalled" value={String(result.factsRecalled ?? 0)} note={result.recallCacheHit ? 'from the cache' : undefined} />
          <Stat name="Cost" value={formatCost(result.cost)} />
          <Stat name="Strongest model alone" value={formatCost(result.baselineCost)} />
        </dl>
        <ol class="timings">
          {(result.timings ?? []).map((timing) => (
            <li key={timing.step}>{word(timing.step)} <span class="num">{formatDuration(timing.duration)}</span></li>
          ))}
        </ol>
        <DecisionList decisions={result.decisions ?? []} withCustomer={false} />
      </Section>
    </>
  );
}

function Warnings({ warnings, suspicious }: { warnings: string[]; suspicious: Evidence[] }) {
  return (
    <>
      {suspicious.length > 0 && (
        <div class="notice notice-hot">
          <p><strong>Words that try to instruct the software.</strong> They changed nothing.</p>
          {suspicious.map((evidence, i) => <Words key={i} evidence={evidence} />)}
        </div>
      )}
      {warnings.length > 0 && (
        <details class="notice">
          <summary>{plural(warnings.length, 'remark')} on what was left out or not understood</summary>
          <ul>{warnings.map((warning, i) => <li key={i}>{warning}</li>)}</ul>
        </details>
      )}
    </>
  );
}

export function Outcome({ analysis }: { analysis: Analysis }) {
  const primary = analysis.primaryBlocker;
  const history = primary?.history ?? [];
  const deciders = (analysis.decisionMakers ?? []).map((person) => person.name).join(', ');
  const nominal = (analysis.nominalDecisionMakers ?? []).map((person) => person.name).join(', ');
  return (
    <dl class="outcome">
      <div>
        <dt>In the way</dt>
        <dd>
          {primary ? (
            <>
              <p><Tag tone="hot">{word(primary.category)}</Tag> <strong>{primary.object}</strong> <StatusWord status={primary.status} /></p>
              {analysis.primaryReason !== '' && <p class="muted">{analysis.primaryReason}</p>}
              <Words evidence={history[history.length - 1]?.evidence} />
            </>
          ) : 'Nothing'}
        </dd>
      </div>
      <div>
        <dt>Decides</dt>
        <dd>{deciders || <span class="muted">nobody was named</span>}{nominal !== '' && <p class="muted">Only seems to: {nominal}</p>}</dd>
      </div>
      <div>
        <dt>Next step</dt>
        <dd>
          {analysis.nextStep ? (
            <>
              {analysis.nextStep.dueDate !== '' && <strong>{formatDay(analysis.nextStep.dueDate)}. </strong>}
              <Words evidence={analysis.nextStep.evidence} />
            </>
          ) : <span class="muted">none was agreed</span>}
        </dd>
      </div>
      <div>
        <dt>Write to</dt>
        <dd>
          {analysis.followUp?.recipient ? (
            <><strong>{analysis.followUp.recipient}</strong> <Words evidence={analysis.followUp.evidence?.[0]} /></>
          ) : <span class="muted">nobody</span>}
        </dd>
      </div>
      <div><dt>Stage</dt><dd>{word(analysis.stage) || <span class="muted">not known</span>}</dd></div>
    </dl>
  );
}

function TranscriptSection({ transcript }: { transcript?: Transcript }) {
  const turns = transcript?.turns ?? [];
  const present = (transcript?.participants ?? []).filter((p) => p.presence !== 'PRESENCE_MENTIONED');
  return (
    <section class="call-transcript" aria-labelledby="transcript">
      <div class="section-head"><h2 id="transcript">Transcript</h2><span class="muted">{plural(turns.length, 'turn')}</span></div>
      {present.length > 0 && (
        <ul class="participants">
          {present.map((person) => (
            <li key={person.name}>
              <strong>{person.name}</strong>{' '}
              <span class="muted">{[person.title, person.organization, word(person.presence).toLowerCase()].filter(Boolean).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
      {turns.length === 0 ? <Empty title="The transcript is not kept" /> : (
        <TranscriptTurns turns={turns} />
      )}
    </section>
  );
}

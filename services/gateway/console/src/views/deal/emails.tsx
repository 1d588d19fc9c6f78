import { callPath, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/query.ts';
import type { CallSummary, GetCallResponse } from '../../api/types.ts';
import { formatDay } from '../../lib/format.ts';
import { callUrl } from '../../lib/routes.ts';
import { EmailCard } from '../../ui/email_card.tsx';
import { Empty, Show } from '../../ui/states.tsx';
import { useParameter } from '../../ui/navigation.tsx';
import { useCalls } from './queries.ts';

const shownAtOnce = 6; // each asks for its call

export function EmailsTab({ customerId }: { customerId: string }) {
  const query = useCalls(customerId);
  const [count, setCount] = useParameter('emails', String(shownAtOnce));
  return (
    <Show query={query} what="e-mails" rows={10}>
      {({ rows }) => {
        const calls = rows.map((call, i) => ({ call, number: i + 1 })).reverse();
        const shown = calls.slice(0, Number(count) || shownAtOnce);
        if (calls.length === 0) return <Empty title="No calls, so no e-mails yet" />;
        return (
          <>
            <ol class="emails">
              {shown.map(({ call, number }) => (
                <EmailRow key={call.callId} customerId={customerId} call={call} number={number} />
              ))}
            </ol>
            {shown.length < calls.length && (
              <button type="button" class="button" onClick={() => setCount(String(shown.length + shownAtOnce))}>
                Show earlier e-mails
              </button>
            )}
          </>
        );
      }}
    </Show>
  );
}

function EmailRow({ customerId, call, number }: { customerId: string; call: CallSummary; number: number }) {
  const path = callPath(customerId, call.callId);
  const query = useQuery(path, (signal) => getJson<GetCallResponse>(path, signal));
  return (
    <li class="email-row">
      <div class="email-row-head">
        <h2><a href={callUrl(customerId, call.callId)}>Call {number}</a></h2>
        <p class="muted">{formatDay(call.occurredAt)}</p>
        {call.primaryBlocker && <p class="email-row-about">{call.primaryBlocker.object}</p>}
      </div>
      <Show query={query} what={`the e-mail of call ${number}`}>
        {({ result }) =>
          result?.email?.body ? <EmailCard email={result.email} /> : <Empty title="This call asked for no e-mail" />
        }
      </Show>
    </li>
  );
}

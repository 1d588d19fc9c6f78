import type { DealState } from '../../api/types.ts';
import { formatDay, plural } from '../../lib/format.ts';
import { dealTabs, dealUrl, type DealTab } from '../../lib/routes.ts';
import { word } from '../../lib/words.ts';
import { Heading } from '../../ui/atoms.tsx';
import { SourceContext } from '../../ui/evidence.tsx';
import { useTitle } from '../../ui/navigation.tsx';
import { Empty, Show } from '../../ui/states.tsx';
import { EmailsTab } from './emails.tsx';
import { FactsTab } from './facts.tsx';
import { Now } from './now.tsx';
import { People } from './people.tsx';
import { ProfileTab } from './profile.tsx';
import { callNames, useDeal } from './queries.ts';
import { StorySection } from './story_section.tsx';

const tabNames: Record<DealTab, string> = {
  story: 'Deal',
  profile: 'Profile',
  facts: 'Facts',
  emails: 'E-mails',
};

export function DealView({ customerId, tab }: { customerId: string; tab: DealTab }) {
  useTitle(tab === 'story' ? customerId : `${tabNames[tab]}, ${customerId}`);
  const query = useDeal(customerId);
  const deal = query.data?.deal;
  const source = {
    customerId,
    callName: callNames((deal?.timeline ?? []).map((call) => call.callId)),
  };
  return (
    <SourceContext.Provider value={source}>
      <div class="page">
        <Heading
          eyebrow={<a href="/">Customers</a>}
          title={customerId}
          aside={
            <a class="button" href={`/process?customer=${encodeURIComponent(customerId)}`}>
              Add a call
            </a>
          }
        >
          {deal && <p class="lede">{outline(deal)}</p>}
        </Heading>
        <nav class="tabs" aria-label="Parts of the deal">
          {dealTabs.map((name) => (
            <a key={name} href={dealUrl(customerId, name)} aria-current={name === tab ? 'page' : undefined}>
              {tabNames[name]}
            </a>
          ))}
        </nav>
        <Show query={query} what="the deal" rows={8}>
          {(answer) => <Tab customerId={customerId} tab={tab} deal={answer.deal} />}
        </Show>
      </div>
    </SourceContext.Provider>
  );
}

function outline(deal: DealState): string {
  const calls = deal.timeline ?? [];
  const first = calls[0];
  const last = calls[calls.length - 1];
  if (!first || !last) return 'No sales call yet.';
  const span = calls.length === 1 ? formatDay(first.occurredAt)
    : `${formatDay(first.occurredAt)} to ${formatDay(last.occurredAt)}`;
  const stage = word(deal.stage);
  return `${plural(calls.length, 'call')}, ${span}${stage === '' ? '' : `. Stage: ${stage.toLowerCase()}`}.`;
}

function Tab({ customerId, tab, deal }: { customerId: string; tab: DealTab; deal?: DealState }) {
  if (!deal) return <Empty title="Nothing is known of this deal" />;
  switch (tab) {
    case 'profile':
      return <ProfileTab customerId={customerId} />;
    case 'facts':
      return <FactsTab customerId={customerId} deal={deal} />;
    case 'emails':
      return <EmailsTab customerId={customerId} />;
    default:
      return (
        <>
          <Now customerId={customerId} deal={deal} />
          <StorySection customerId={customerId} deal={deal} />
          <People deal={deal} />
        </>
      );
  }
}

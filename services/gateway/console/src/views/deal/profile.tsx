import { getJson } from '../../api/client.ts';
import { useQuery } from '../../api/query.ts';
import type { CustomerProfile, GetProfileResponse, Objection, ProfileEntry } from '../../api/types.ts';
import { formatShortDay } from '../../lib/format.ts';
import { word } from '../../lib/words.ts';
import { CopyButton, Section, Tag } from '../../ui/atoms.tsx';
import { Words } from '../../ui/evidence.tsx';
import { Empty, Show } from '../../ui/states.tsx';

export function ProfileTab({ customerId }: { customerId: string }) {
  const path = `/v1/profile/${encodeURIComponent(customerId)}`;
  const query = useQuery(path, (signal) => getJson<GetProfileResponse>(path, signal));
  return (
    <Show query={query} what="the profile" rows={8}>
      {({ profile, rendered }) =>
        profile ? <Profile profile={profile} rendered={rendered} /> : <Empty title="No profile yet" />
      }
    </Show>
  );
}

function Profile({ profile, rendered }: { profile: CustomerProfile; rendered: string }) {
  const single = (entry: ProfileEntry | undefined) => (entry ? [entry] : []);
  return (
    <>
      <p class="lede">
        Version {profile.version}
        {word(profile.journeyStage) !== '' && `, stage ${word(profile.journeyStage).toLowerCase()}`}.
        Each entry leads to the words it rests on.
      </p>
      <Entries title="Last interaction" id="last" entries={single(profile.lastInteraction)} />
      <Objections objections={profile.objections ?? []} />
      <Entries title="Why they look at buying now" id="triggers" entries={profile.buyingTriggers} />
      <Entries title="Budget" id="budget" entries={single(profile.budget)} />
      <Entries title="How they like things done" id="preferences" entries={profile.preferences} />
      <Entries title="How to reach them" id="channels" entries={profile.channelPreference} />
      <Entries title="Said in passing" id="personal" entries={profile.personalDetails} />
      {rendered !== '' && (
        <Section title="As a session’s prompt sees it" id="rendered" aside={<CopyButton text={rendered} what="the text" />}>
          <pre class="prompt">{rendered}</pre>
        </Section>
      )}
    </>
  );
}

function Entries({ title, id, entries }: { title: string; id: string; entries: ProfileEntry[] | undefined }) {
  if (!entries || entries.length === 0) return null;
  return (
    <Section title={title} id={id}>
      <ul class="entries">
        {entries.map((entry, i) => (
          <li key={i} class="entry">
            <p class="entry-text">{entry.text}</p>
            <div class="entry-source">
              <Words evidence={entry.evidence} />
              <span class="entry-day">{formatShortDay(entry.at)}</span>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Objections({ objections }: { objections: Objection[] }) {
  if (objections.length === 0) return null;
  return (
    <Section title="What they held against it" id="objections">
      <ul class="entries">
        {objections.map((objection, i) => {
          const open = objection.status === 'OBJECTION_STATUS_OPEN';
          return (
            <li key={i} class="entry">
              <p class="entry-text">
                <Tag tone={open ? 'hot' : 'done'}>{word(objection.status)}</Tag> {objection.text}
                {objection.howAddressed !== '' && <span class="muted"> {objection.howAddressed}</span>}
              </p>
              <div class="entry-source">
                <Words evidence={objection.evidence} />
                <span class="entry-day">{formatShortDay(objection.at)}</span>
              </div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

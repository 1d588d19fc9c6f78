import type { DealState, Stakeholder } from '../../api/types.ts';
import { word } from '../../lib/words.ts';
import { Section, Tag } from '../../ui/atoms.tsx';
import { WordsList } from '../../ui/evidence.tsx';
import { Empty } from '../../ui/states.tsx';

// Deciders first, then those who seem to be, then everybody else.
function ranked(deal: DealState): { person: Stakeholder; decides: boolean }[] {
  const deciders = deal.timeline[deal.timeline.length - 1]?.decisionMakers ?? [];
  const rank = (person: Stakeholder) => (deciders.includes(person.name) ? 0 : person.nominal ? 1 : 2);
  return [...(deal.stakeholders ?? [])]
    .sort((a, b) => rank(a) - rank(b))
    .map((person) => ({ person, decides: deciders.includes(person.name) }));
}

export function People({ deal }: { deal: DealState }) {
  const people = ranked(deal);
  const shown = people.filter(({ person, decides }) => decides || person.nominal || hasWords(person));
  const others = people.filter((row) => !shown.includes(row)).map(({ person }) => person);
  return (
    <Section title="People, and who decides" id="people">
      {people.length === 0 && <Empty title="Nobody with a part in the decision was heard" />}
      <ul class="people">
        {shown.map(({ person, decides }) => (
          <Person key={person.name} person={person} decides={decides} />
        ))}
      </ul>
      {others.length > 0 && (
        <p class="people-others">
          Also heard of; no words give them a part in the decision: {others.map(introduce).join('; ')}.
        </p>
      )}
    </Section>
  );
}

function hasWords(person: Stakeholder): boolean {
  return (person.authorityEvidence ?? []).length > 0;
}

function introduce(person: Stakeholder): string {
  return person.title === '' ? person.name : `${person.name}, ${person.title}`;
}

function Person({ person, decides }: { person: Stakeholder; decides: boolean }) {
  const about = [person.title, person.organization].filter(Boolean).join(', ');
  const evidence = person.authorityEvidence ?? [];
  return (
    <li class={decides ? 'person person-decides' : person.nominal ? 'person person-nominal' : 'person'}>
      <div class="person-head">
        <h3>{person.name}</h3>
        {decides && <Tag tone="done">Decides</Tag>}
        {person.nominal && <Tag tone="work">Only seems to decide</Tag>}
        {word(person.role) !== '' && <Tag>{word(person.role)}</Tag>}
      </div>
      {about !== '' && <p class="muted">{about}</p>}
      {person.email !== '' && <p><a href={`mailto:${person.email}`}>{person.email}</a></p>}
      {person.nominal && person.nominalReason !== '' && (
        <p class="person-why"><strong>Why not:</strong> {person.nominalReason}</p>
      )}
      {evidence.length > 0 && <WordsList evidence={newestFirst(evidence)} />}
    </li>
  );
}

function newestFirst<T>(items: T[]): T[] {
  return [...items].reverse();
}

import { useMemo } from 'preact/hooks';
import type { DealState } from '../../api/types.ts';
import { formatDay } from '../../lib/format.ts';
import { callUrl } from '../../lib/routes.ts';
import { buildStory, movements, type Story } from '../../lib/story.ts';
import { word } from '../../lib/words.ts';
import { Section, StatusGlyph, StatusWord } from '../../ui/atoms.tsx';
import { Words } from '../../ui/evidence.tsx';
import { Empty } from '../../ui/states.tsx';
import { StoryChart } from './story_chart.tsx';

const statuses = ['RAISED', 'BEING_ADDRESSED', 'RESOLVED', 'REOPENED', 'WITHDRAWN'];

export function StorySection({ customerId, deal }: { customerId: string; deal: DealState }) {
  const story = useMemo(() => buildStory(deal), [deal]);
  if (story.calls.length === 0) return <Empty title="No sales call yet">The story begins with the first one.</Empty>;
  return (
    <Section title="The blocker’s story" id="story" aside={<Legend />}>
      <StoryChart story={story} customerId={customerId} />
      <details class="more">
        <summary>The story as a list, with every word that moved it</summary>
        <Movements story={story} customerId={customerId} />
      </details>
    </Section>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Signs">
      <li><span class="legend-line" aria-hidden="true" /> in the way after the call</li>
      {statuses.map((status) => (
        <li key={status}>
          <StatusGlyph status={`BLOCKER_STATUS_${status}`} size={14} />{' '}
          {word(`BLOCKER_STATUS_${status}`).toLowerCase()}
        </li>
      ))}
    </ul>
  );
}

function Movements({ story, customerId }: { story: Story; customerId: string }) {
  const moves = movements(story);
  return (
    <ol class="movements">
      {story.calls.map((call, i) => (
        <li key={call.callId}>
          <h3>
            <a href={callUrl(customerId, call.callId)}>Call {i + 1}</a>
            <span class="muted"> {formatDay(call.occurredAt)}</span>
          </h3>
          <p>{call.summary}</p>
          <ul>
            {moves.filter(({ mark }) => mark.call === i).map(({ lane, mark }, k) => (
              <li key={k}>
                <p><StatusWord status={mark.status} /> <strong>{lane.blocker.object}</strong></p>
                <Words evidence={mark.evidence} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

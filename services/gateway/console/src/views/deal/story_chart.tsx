import { useRef, useState } from 'preact/hooks';
import { formatDay, formatShortDay } from '../../lib/format.ts';
import { callUrl } from '../../lib/routes.ts';
import { layOut, type LaneRow, type Layout } from '../../lib/story_layout.ts';
import type { Mark, PersonLane, Story } from '../../lib/story.ts';
import { isOpen, word } from '../../lib/words.ts';
import { StatusGlyph } from '../../ui/atoms.tsx';
import { useEvidenceHref } from '../../ui/evidence.tsx';
import { useWidth } from '../../ui/use_width.ts';

const compactBelow = 640; // CSS pixels

const cardWidth = 320;
const cardRoom = 200; // that a card may need below its sign

interface CardPlace {
  x: number;
  y: number;
  above: boolean; // where there is no room below
}

interface Shown extends CardPlace {
  row: LaneRow;
  mark: Mark;
}

// Lanes of blockers over the calls, and the line that runs through the ones in the way.
export function StoryChart({ story, customerId }: { story: Story; customerId: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [shown, setShown] = useState<Shown>();
  const layout = layOut(story, { width: width || 900, compact: width > 0 && width < compactBelow });
  return (
    <div class="story-frame" ref={frame}>
      <div class="story-scroll" role="region" aria-label="Blockers over the calls" tabIndex={layout.width > width + 1 ? 0 : undefined}>
        <div class="story" style={{ width: `${layout.width}px` }}>
          <div class="story-lanes" style={{ height: `${layout.height}px` }}>
            <Picture layout={layout} />
            <Columns layout={layout} story={story} customerId={customerId} />
            {layout.rows.map((row) => (
              <LaneLabel key={row.lane.blocker.id} row={row} layout={layout} />
            ))}
            {layout.clearRow !== undefined && (
              <p class="lane-label" style={labelStyle(layout, layout.clearRow)}>
                <span class="lane-object lane-clear">Nothing in the way</span>
              </p>
            )}
            {layout.rows.map((row) => row.lane.marks.map((mark, i) => (
              <MarkLink
                key={`${row.lane.blocker.id}/${i}`}
                mark={mark}
                object={row.lane.blocker.object}
                place={row.marks[i] ?? { x: 0, y: 0 }}
                show={(place) => setShown(place && { row, mark, ...place })}
              />
            )))}
            {shown && <MarkCard shown={shown} layout={layout} />}
          </div>
          <PeopleRows people={story.people} layout={layout} />
          <FactsRow story={story} layout={layout} />
        </div>
      </div>
    </div>
  );
}

function labelStyle(layout: Layout, top: number) {
  return layout.labelWidth === 0
    ? { top: `${top + 4}px`, left: '0', right: '0', height: '20px' }
    : { top: `${top}px`, left: '0', width: `${layout.labelWidth - 16}px`, height: `${layout.rowHeight}px` };
}

function Picture({ layout }: { layout: Layout }) {
  const half = 7;
  return (
    <svg class="story-picture" width={layout.width} height={layout.height} aria-hidden="true">
      {layout.centers.map((x, i) => (
        <line key={i} class="story-column" x1={x} x2={x} y1={layout.headerHeight - 6} y2={layout.height} />
      ))}
      {layout.rows.map((row) => (
        <line key={row.top} class="story-rule" x1={0} x2={layout.width} y1={row.top} y2={row.top} />
      ))}
      {layout.rows.map((row) => row.bars.map((bar, i) => (
        <rect
          key={`${row.top}/${i}`} class={bar.open ? 'bar-open' : 'bar-closed'} rx={half}
          x={bar.x - half} width={bar.width + 2 * half} y={row.top + layout.trackOffset - half} height={2 * half}
        />
      )))}
      <path class="through" d={layout.path} />
      {layout.stops.map((stop, i) => (
        <line
          key={i} class={stop.clear ? 'through-stop through-clear' : 'through-stop'}
          x1={stop.x - layout.columnWidth * 0.2} x2={stop.x + layout.columnWidth * 0.2} y1={stop.y} y2={stop.y}
        />
      ))}
    </svg>
  );
}

function Columns({ layout, story, customerId }: { layout: Layout; story: Story; customerId: string }) {
  return (
    <ol class="story-calls" style={{ height: `${layout.headerHeight}px` }}>
      {story.calls.map((call, i) => {
        const stage = word(call.stage);
        const before = word(story.calls[i - 1]?.stage);
        return (
          <li
            key={call.callId}
            style={{ left: `${(layout.centers[i] ?? 0) - layout.columnWidth / 2}px`, width: `${layout.columnWidth}px` }}
          >
            <a href={callUrl(customerId, call.callId)} title={call.summary}>
              <span class="story-call-name">Call {i + 1}</span>
              <time class="story-call-day" dateTime={call.occurredAt}>{formatShortDay(call.occurredAt)}</time>
            </a>
            <span class={stage === before ? 'story-stage story-stage-same' : 'story-stage'}>{stage}</span>
          </li>
        );
      })}
    </ol>
  );
}

function LaneLabel({ row, layout }: { row: LaneRow; layout: Layout }) {
  const { blocker } = row.lane;
  return (
    <p class={isOpen(blocker.status) ? 'lane-label' : 'lane-label lane-settled'} style={labelStyle(layout, row.top)}>
      <span class="lane-category">{word(blocker.category)}</span>
      <span class="lane-object" title={blocker.description}>{blocker.object}</span>
    </p>
  );
}

function MarkLink({ mark, object, place, show }: {
  mark: Mark;
  object: string;
  place: { x: number; y: number };
  show: (place: CardPlace | undefined) => void;
}) {
  const href = useEvidenceHref(mark.evidence);
  const open = (element: HTMLElement) => {
    const room = innerHeight - element.getBoundingClientRect().bottom;
    show({ ...place, above: room < cardRoom && place.y > cardRoom });
  };
  const words = mark.evidence ? `. ${mark.evidence.speaker}: “${mark.evidence.quote}”` : '';
  return (
    <a
      class="story-mark"
      href={href}
      style={{ left: `${place.x}px`, top: `${place.y}px` }}
      aria-label={`${object}: ${word(mark.status).toLowerCase()} in call ${mark.call + 1}${words}`}
      onMouseEnter={(event) => open(event.currentTarget)}
      onMouseLeave={() => show(undefined)}
      onFocus={(event) => open(event.currentTarget)}
      onBlur={() => show(undefined)}
      onKeyDown={(event) => event.key === 'Escape' && show(undefined)}
    >
      <StatusGlyph status={mark.status} size={22} />
    </a>
  );
}

// The words that moved it, beside the sign under the pointer or the focus.
function MarkCard({ shown, layout }: { shown: Shown; layout: Layout }) {
  const { mark, row, x, y, above } = shown;
  const width = Math.min(cardWidth, layout.width - 16);
  const left = Math.max(8, Math.min(x - width / 2, layout.width - width - 8));
  return (
    <div
      class={above ? 'mark-card mark-card-above' : 'mark-card'}
      style={{ left: `${left}px`, top: `${above ? y - 18 : y + 18}px`, width: `${width}px` }}
      aria-hidden="true"
    >
      <p class="mark-card-head">
        <StatusGlyph status={mark.status} size={16} /> {word(mark.status)}, call {mark.call + 1}, {formatDay(mark.at)}
      </p>
      <p class="mark-card-object">{row.lane.blocker.object}</p>
      {mark.evidence && (
        <p class="mark-card-words"><q>{mark.evidence.quote}</q> <span class="muted">{mark.evidence.speaker}</span></p>
      )}
    </div>
  );
}

function trackLabel(layout: Layout) {
  return { width: layout.labelWidth === 0 ? '100%' : `${layout.labelWidth}px` };
}

function PeopleRows({ people, layout }: { people: PersonLane[]; layout: Layout }) {
  if (people.length === 0) return null;
  return (
    <div class="story-people">
      <p class="story-group">Whose yes was needed</p>
      {people.map((person) => (
        <div key={person.name} class="story-person">
          <span class="story-person-name" style={trackLabel(layout)}>{person.name}</span>
          <span class="visually-hidden">after {person.decidesIn.map((i) => `call ${i + 1}`).join(', ')}</span>
          {layout.centers.map((x, i) => (
            <span
              key={i}
              class={person.decidesIn.includes(i) ? 'person-dot person-dot-on' : 'person-dot'}
              style={{ left: `${x}px` }}
              aria-hidden="true"
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function FactsRow({ story, layout }: { story: Story; layout: Layout }) {
  return (
    <div class="story-facts">
      <span class="story-group" style={trackLabel(layout)}>Facts stated</span>
      {story.calls.map((call, i) => (
        <span key={call.callId} class="story-fact-count" style={{ left: `${layout.centers[i]}px` }}>
          <span class="visually-hidden">call {i + 1}: </span>{call.factsAdded}
        </span>
      ))}
    </div>
  );
}

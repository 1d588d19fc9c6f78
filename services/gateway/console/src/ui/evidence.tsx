import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { callPath, getJson } from '../api/client.ts';
import { useQuery } from '../api/query.ts';
import type { Evidence, GetCallResponse, Turn } from '../api/types.ts';
import { formatDay, formatOffset } from '../lib/format.ts';
import { cutAtQuote } from '../lib/quotes.ts';
import { callUrl, placeFromSearch, placeToSearch, withoutPlace, type Place } from '../lib/routes.ts';
import { Dialog } from './dialog.tsx';
import { navigate, useAddress } from './navigation.tsx';
import { Show } from './states.tsx';

interface Source {
  customerId: string;
  callName: (callId: string) => string; // "call 3"
}

// Whose calls the quotes below are from.
export const SourceContext = createContext<Source>({ customerId: '', callName: () => 'call' });

export function useEvidenceHref(evidence: Evidence | undefined): string | undefined {
  const { customerId } = useContext(SourceContext);
  const { search } = useAddress();
  if (!evidence || evidence.callId === '' || customerId === '') return undefined;
  return placeToSearch({ customerId, ...evidence }, search);
}

// A customer's words; they lead to their place in the transcript.
export function Words({ evidence, speaker = true }: { evidence?: Evidence; speaker?: boolean }) {
  const { callName } = useContext(SourceContext);
  const href = useEvidenceHref(evidence);
  if (!evidence) return null;
  return (
    <a class="words" href={href}>
      <q>{evidence.quote}</q>
      {speaker && (
        <span class="words-source">
          {[evidence.speaker, callName(evidence.callId)].filter(Boolean).join(', ')}
        </span>
      )}
    </a>
  );
}

// The first of several quotes, the others behind a toggle.
export function WordsList({ evidence }: { evidence: Evidence[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? evidence : evidence.slice(0, 1);
  return (
    <div class="words-list">
      {shown.map((item, i) => (
        <Words key={i} evidence={item} />
      ))}
      {evidence.length > 1 && (
        <button type="button" class="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show the first only' : `${evidence.length - 1} more`}
        </button>
      )}
    </div>
  );
}

// A piece of text that is itself the way to its words.
export function Claim({ evidence, children }: { evidence: Evidence | undefined; children: ComponentChildren }) {
  const href = useEvidenceHref(evidence);
  if (!href) return <>{children}</>;
  return (
    <a class="claim" href={href}>
      {children}
    </a>
  );
}

export function TurnText({ turn, quote }: { turn: Turn; quote: string }) {
  const { before, match, after } = cutAtQuote(turn.text, quote);
  return (
    <>
      {before}
      {match !== '' && <mark>{match}</mark>}
      {after}
    </>
  );
}

export function TranscriptTurns({ turns, place }: { turns: Turn[]; place?: Place }) {
  const wanted = useRef<HTMLLIElement>(null);
  useEffect(() => {
    wanted.current?.scrollIntoView({ block: 'center' });
  }, [place?.callId, place?.turn, place?.quote]);
  return (
    <ol class="turns">
      {turns.map((turn, i) => {
        const isWanted = turn.index === place?.turn;
        const again = turn.speaker !== '' && turns[i - 1]?.speaker === turn.speaker;
        return (
          <li key={turn.index} class={isWanted ? 'turn turn-wanted' : 'turn'} ref={isWanted ? wanted : undefined}>
            <div class="turn-who">
              {!again && <span class="turn-speaker">{turn.speaker || 'Somebody'}</span>}
              <span class="turn-at">{formatOffset(turn.startOffset) || turn.index + 1}</span>
            </div>
            <p class="turn-text">
              <TurnText turn={turn} quote={isWanted ? place.quote : ''} />
            </p>
          </li>
        );
      })}
    </ol>
  );
}

const sideBySide = '(min-width: 1180px)';

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
}

// The transcript beside the view, at the words the address names. On a narrow screen it covers the
// view and is modal.
export function EvidencePanel() {
  const { search } = useAddress();
  const place = placeFromSearch(search);
  const beside = useMedia(sideBySide);
  const open = place !== undefined;
  useEffect(() => {
    document.documentElement.classList.toggle('with-panel', open && beside);
    return () => document.documentElement.classList.remove('with-panel');
  }, [open, beside]);
  if (!place) return null;
  return <Panel place={place} modal={!beside} />;
}

function Panel({ place, modal }: { place: Place; modal: boolean }) {
  const path = callPath(place.customerId, place.callId);
  const call = useQuery(path, (signal) => getJson<GetCallResponse>(path, signal));
  const close = () => navigate(withoutPlace(location.search), { replace: true });
  return (
    <Dialog label="Words in the transcript" kind="drawer" modal={modal} close={close}>
      <div class="panel-head">
        <div>
          <p class="eyebrow">In the transcript</p>
          <h2 class="panel-title">{call.data?.transcript?.title || place.customerId}</h2>
          <p class="hint">
            {formatDay(call.data?.transcript?.occurredAt)} · turn {place.turn + 1}
          </p>
        </div>
        <button type="button" class="icon-button" aria-label="Close the transcript" data-autofocus onClick={close}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
          </svg>
        </button>
      </div>
      <div class="panel-body" tabIndex={0} role="region" aria-label="Transcript">
        <Show query={call} what="the transcript" rows={8}>
          {({ transcript }) => <TranscriptTurns turns={transcript?.turns ?? []} place={place} />}
        </Show>
      </div>
      <div class="panel-foot">
        <a href={callUrl(place.customerId, place.callId)}>Open the whole call</a>
      </div>
    </Dialog>
  );
}

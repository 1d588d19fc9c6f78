import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { blockerTone, word, type Tone } from '../lib/words.ts';

export function Tag({ tone = 'quiet', children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`tag tag-${tone}`}>{children}</span>;
}

export function Heading({ eyebrow, title, aside, children }: {
  eyebrow?: ComponentChildren;
  title: ComponentChildren;
  aside?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <header class="page-head">
      <div class="page-head-main">
        {eyebrow && <p class="eyebrow">{eyebrow}</p>}
        <h1 tabIndex={-1}>{title}</h1>
        {children}
      </div>
      {aside && <div class="page-head-aside">{aside}</div>}
    </header>
  );
}

export function Section({ title, id, aside, children }: {
  title: string;
  id: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="section" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

// A figure with its name.
export function Stat({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div class="stat">
      <dt>{name}</dt>
      <dd>
        <span class="stat-value">{value}</span>
        {note && <span class="stat-note">{note}</span>}
      </dd>
    </div>
  );
}

const glyphs: Record<string, string> = {
  BLOCKER_STATUS_RAISED: 'M10 5.5v5.2M10 14.2v.3',
  BLOCKER_STATUS_BEING_ADDRESSED: 'M6 10h.2M10 10h.2M14 10h.2',
  BLOCKER_STATUS_RESOLVED: 'M6 10.4l2.8 2.8L14.2 7',
  BLOCKER_STATUS_WITHDRAWN: 'M7 7l6 6M13 7l-6 6',
  BLOCKER_STATUS_REOPENED: 'M13.6 12.4a4.3 4.3 0 1 1 .4-3.4M14.4 5.8V9.2H11',
};

export function StatusGlyph({ status, size = 20 }: { status: string; size?: number }) {
  return (
    <svg class={`glyph glyph-${blockerTone(status)}`} viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <circle cx="10" cy="10" r="9" />
      <path d={glyphs[status] ?? ''} />
    </svg>
  );
}

export function StatusWord({ status }: { status: string }) {
  return (
    <span class="status-word">
      <StatusGlyph status={status} size={16} /> {word(status)}
    </span>
  );
}

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Copying is not allowed here');
    }
  };
  return (
    <button type="button" class="button button-small" onClick={() => void copy()} onBlur={() => setSaid('')}>
      <span aria-live="polite">{said || `Copy ${what}`}</span>
    </button>
  );
}

export function FilterBar({ label, options, value, choose }: {
  label: string;
  options: { value: string; text: string; count?: number }[];
  value: string;
  choose: (value: string) => void;
}) {
  return (
    <div class="filter-bar" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          class="chip"
          aria-pressed={option.value === value}
          onClick={() => choose(option.value)}
        >
          {option.text}
          {option.count !== undefined && <span class="chip-count">{option.count}</span>}
        </button>
      ))}
    </div>
  );
}

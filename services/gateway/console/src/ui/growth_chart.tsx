import type { Growth } from '../lib/growth.ts';
import { formatDay, formatShortDay, plural } from '../lib/format.ts';
import { ticks } from '../lib/spend.ts';

const plotHeight = 190; // CSS pixels

// Stacked columns: what was known before, what the call added; what it ended is told below.
export function GrowthChart({ growth }: { growth: Growth[] }) {
  const steps = ticks(Math.max(1, ...growth.map((row) => row.carried + row.added)));
  const top = steps[steps.length - 1] ?? 1;
  const height = (value: number) => `${(value / top) * plotHeight}px`;
  const last = growth[growth.length - 1];
  return (
    <figure class="chart">
      <figcaption class="chart-caption">
        {last && <span>{plural(last.carried + last.added, 'fact')} held after the latest call.</span>}
        <span class="legend">
          <span><i class="swatch swatch-added" /> added by the call</span>
          <span><i class="swatch swatch-carried" /> known before</span>
        </span>
      </figcaption>
      <div class="growth" aria-hidden="true" style={{ height: `${plotHeight}px` }}>
        {steps.map((step) => (
          <div key={step} class="growth-tick" style={{ bottom: height(step) }}><span>{step}</span></div>
        ))}
        <div class="growth-columns">
          {growth.map((row) => (
            <div key={row.callId} class="growth-column">
              <span class="growth-total">{row.carried + row.added}</span>
              <span class="growth-added" style={{ height: height(row.added) }} />
              <span class="growth-carried" style={{ height: height(row.carried) }} />
            </div>
          ))}
        </div>
      </div>
      <div class="growth-names" aria-hidden="true">
        {growth.map((row, i) => (
          <span key={row.callId}>
            <b>Call {i + 1}</b>
            {formatShortDay(row.occurredAt)}
            <em>+{row.added}{row.closed > 0 ? `, −${row.closed}` : ''}</em>
          </span>
        ))}
      </div>
      <table class="visually-hidden">
        <caption>Facts after each call</caption>
        <thead>
          <tr><th>Call</th><th>Day</th><th>Added</th><th>Ended</th><th>Holding</th></tr>
        </thead>
        <tbody>
          {growth.map((row, i) => (
            <tr key={row.callId}>
              <td>{i + 1}</td><td>{formatDay(row.occurredAt)}</td><td>{row.added}</td><td>{row.closed}</td>
              <td>{row.carried + row.added}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

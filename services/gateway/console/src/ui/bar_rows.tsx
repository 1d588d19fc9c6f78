import { formatCount, formatUsd, plural } from '../lib/format.ts';
import type { Bar, Measure } from '../lib/spend.ts';

const maxRows = 30;

function amount(value: number, measure: Measure): string {
  return measure === 'cost' ? formatUsd(value) : formatCount(value);
}

function note(bar: Bar, measure: Measure): string {
  if (bar.baseline !== undefined) {
    const saved = bar.baseline - bar.value;
    return `${saved < 0 ? 'dearer by' : 'saved'} ${amount(Math.abs(saved), measure)}`;
  }
  if (bar.unused) return `${formatCount(bar.unused)} not used`;
  return '';
}

// A bar a row. With a baseline its outline reaches what the strongest model alone would have cost,
// so that the gap is what routing saved; with an unused part that part is pale.
export function BarRows({ bars, measure }: { bars: Bar[]; measure: Measure }) {
  const most = Math.max(...bars.map((bar) => Math.max(bar.value, bar.baseline ?? 0)), Number.MIN_VALUE);
  const share = (value: number) => `${Math.min(100, (100 * value) / most)}%`;
  const withBaseline = bars.some((bar) => bar.baseline !== undefined);
  const withUnused = bars.some((bar) => bar.unused !== undefined);
  return (
    <figure class="chart">
      <figcaption class="legend">
        <span><i class="swatch swatch-spent" /> {measure === 'cost' ? 'spent' : 'used'}</span>
        {withBaseline && <span><i class="swatch swatch-baseline" /> strongest model alone</span>}
        {withUnused && <span><i class="swatch swatch-unused" /> answer not used</span>}
      </figcaption>
      <ul class="bars">
        {bars.slice(0, maxRows).map((bar) => (
          <li key={bar.key} class="bar-row">
            <span class="bar-key">{bar.key}</span>
            <span class="bar-track" aria-hidden="true">
              {bar.baseline !== undefined && <span class="bar-baseline" style={{ width: share(bar.baseline) }} />}
              <span class="bar-value" style={{ width: share(bar.value - (bar.unused ?? 0)) }} />
              {bar.unused ? <span class="bar-unused" style={{ width: share(bar.unused) }} /> : null}
            </span>
            <span class="bar-amount num">
              {bar.unpriced && 'at least '}
              {amount(bar.value, measure)}
              <span class="cell-note">{note(bar, measure)}</span>
            </span>
          </li>
        ))}
      </ul>
      {bars.length > maxRows && <p class="hint">{plural(bars.length - maxRows, 'smaller row')} not shown.</p>}
    </figure>
  );
}

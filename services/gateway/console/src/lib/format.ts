// Numbers and times as people read them. All in UTC: a call's day is a day, wherever it is read.

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC',
});
const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const nothing = '–';
const msPerDay = 86_400_000;

function valid(at: string | undefined): Date | undefined {
  const date = new Date(at ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export function formatDay(at: string | undefined): string {
  const date = valid(at);
  return date ? day.format(date) : nothing;
}

export function formatShortDay(at: string | undefined): string {
  const date = valid(at);
  return date ? shortDay.format(date) : nothing;
}

export function formatMoment(at: string | undefined): string {
  const date = valid(at);
  return date ? `${moment.format(date)} UTC` : nothing;
}

export function formatAge(at: string | undefined, now: Date): string {
  const date = valid(at);
  if (!date) return nothing;
  const seconds = Math.round((now.getTime() - date.getTime()) / 1000);
  if (seconds < 0) return formatDay(at);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 14 * 86_400) return plural(Math.floor(seconds / 86_400), 'day') + ' ago';
  return formatDay(at);
}

export function daysBetween(from: string | undefined, to: string | undefined): number | undefined {
  const start = valid(from);
  const end = valid(to);
  if (!start || !end) return undefined;
  return Math.round((end.getTime() - start.getTime()) / msPerDay);
}

export function formatCount(value: number | string | undefined): string {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? integer.format(number) : nothing;
}

// 1 fact, 2 facts, 1,200 facts.
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

// Costs of model calls are often far below a cent: two significant digits there, never "$0.00"
// for what is not zero.
export function formatUsd(usd: number): string {
  const amount = Math.abs(usd);
  const sign = usd < 0 ? '−' : '';
  if (amount === 0) return '$0';
  if (amount >= 1) {
    return sign + amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
  }
  if (amount >= 0.01) return `${sign}$${amount.toFixed(3)}`;
  return `${sign}$${Number(amount.toPrecision(2)).toFixed(decimals(amount))}`;
}

function decimals(amount: number): number {
  return Math.min(9, 1 - Math.floor(Math.log10(amount)));
}

export function formatCost(cost: { usd: number; unpriced: boolean } | undefined): string {
  if (!cost) return nothing;
  return (cost.unpriced ? 'at least ' : '') + formatUsd(cost.usd);
}

export function seconds(duration: string | undefined): number | undefined {
  const value = Number.parseFloat(duration ?? '');
  return Number.isFinite(value) ? value : undefined;
}

// "0.0021s" to "2.1 ms".
export function formatDuration(duration: string | undefined): string {
  const value = seconds(duration);
  if (value === undefined) return nothing;
  if (value < 0.001) return `${Math.max(1, Math.round(value * 1e6))} µs`;
  if (value < 0.1) return `${(value * 1000).toFixed(1)} ms`;
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  return `${value.toFixed(1)} s`;
}

// Where in a recording something was said.
export function formatOffset(duration: string | undefined): string {
  const value = seconds(duration);
  if (value === undefined) return '';
  const whole = Math.floor(value);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((n) => String(n).padStart(2, '0'));
  return [Math.floor(whole / 3600), ...parts].join(':');
}

export function formatPercent(part: number, whole: number): string {
  if (whole === 0) return nothing;
  const percent = (100 * part) / whole;
  return `${percent > 0 && percent < 1 ? '< 1' : Math.round(percent)} %`;
}

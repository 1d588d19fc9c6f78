// Sums of the ledger as the charts want them.

import type { SpendRow } from '../api/types.ts';

export type Measure = 'cost' | 'calls' | 'tokens';

export interface Bar {
  key: string;
  value: number; // what was spent, called or processed
  baseline?: number; // what the strongest model alone would have cost
  unused?: number; // part of the value whose answer was not used
  unpriced: boolean;
}

export function tokensOf(row: SpendRow): number {
  const usage = row.usage;
  if (!usage) return 0;
  return [usage.inputUncachedTokens, usage.inputCachedTokens, usage.outputVisibleTokens,
    usage.outputReasoningTokens].reduce((sum, tokens) => sum + Number(tokens ?? 0), 0);
}

export function barsOf(rows: SpendRow[], measure: Measure): Bar[] {
  return rows.map((row) => {
    const unpriced = row.cost?.unpriced ?? false;
    if (measure === 'cost') {
      return { key: row.key, value: row.cost?.usd ?? 0, baseline: row.baselineCost?.usd, unpriced };
    }
    if (measure === 'tokens') return { key: row.key, value: tokensOf(row), unpriced };
    const unused = Number(row.unusedModelCalls ?? 0);
    return { key: row.key, value: Number(row.modelCalls ?? 0), unused, unpriced };
  });
}

// What routing saved; the server's word where it gives one.
export function savedUsd(total: SpendRow | undefined): number {
  return (total?.baselineCost?.usd ?? 0) - (total?.cost?.usd ?? 0);
}

// What was spent today and in the last 30 days, and what 30 days cost at the pace of the last seven.
export interface Pace {
  todayUsd: number;
  monthUsd: number;
  forecastUsd: number;
  unpriced: boolean;
}

const dayMs = 86_400_000;
export const monthDays = 30;
const paceDays = 7;

// Midnight UTC that many days ago; 0 is today's.
export function midnight(daysAgo: number, now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()) - daysAgo * dayMs);
}

// `days` are sums by day from midnight 29 days ago on.
export function paceOf(days: SpendRow[], now: Date): Pace {
  const usdSince = (daysAgo: number) => {
    const first = midnight(daysAgo, now).toISOString().slice(0, 10);
    return days.filter((row) => row.key >= first).reduce((sum, row) => sum + (row.cost?.usd ?? 0), 0);
  };
  // Today counts as far as it has come.
  const paceMs = now.getTime() - midnight(paceDays - 1, now).getTime();
  return {
    todayUsd: usdSince(0),
    monthUsd: usdSince(monthDays - 1),
    forecastUsd: (usdSince(paceDays - 1) / paceMs) * dayMs * monthDays,
    unpriced: days.some((row) => row.cost?.unpriced),
  };
}

// Round steps for an axis up to at least `most`: 1, 2 or 5 times a power of ten.
export function ticks(most: number, wanted = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

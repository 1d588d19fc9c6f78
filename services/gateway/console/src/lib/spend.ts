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

// Round steps for an axis up to at least `most`: 1, 2 or 5 times a power of ten.
export function ticks(most: number, wanted = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

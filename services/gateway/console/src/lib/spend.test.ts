import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpendRow } from '../api/types.ts';
import { barsOf, midnight, paceOf, savedUsd, ticks } from './spend.ts';

const row: SpendRow = {
  key: 'fast', modelCalls: '12', unusedModelCalls: '3', unpricedModelCalls: '0',
  cost: { nanoUsd: '20000000', usd: 0.02, unpriced: false },
  baselineCost: { nanoUsd: '90000000', usd: 0.09, unpriced: false },
  usage: { inputUncachedTokens: '100', inputCachedTokens: '20', outputVisibleTokens: '30', outputReasoningTokens: '5', estimated: false },
};

test('each measure has its bars', () => {
  assert.deepEqual(barsOf([row], 'cost')[0], { key: 'fast', value: 0.02, baseline: 0.09, unpriced: false });
  assert.deepEqual(barsOf([row], 'calls')[0], { key: 'fast', value: 12, unused: 3, unpriced: false });
  assert.equal(barsOf([row], 'tokens')[0]?.value, 155);
});

test('savings are the baseline less the cost', () => {
  assert.equal(savedUsd(row).toFixed(2), '0.07');
  assert.equal(savedUsd(undefined), 0);
});

test('today, the month, and the month at the pace of the last seven days', () => {
  const now = new Date('2026-03-18T12:00:00Z');
  const day = (key: string, usd: number): SpendRow => ({ ...row, key, cost: { nanoUsd: '0', usd, unpriced: false } });
  assert.equal(midnight(29, now).toISOString(), '2026-02-17T00:00:00.000Z');
  const pace = paceOf([day('2026-03-18', 1), day('2026-03-12', 12), day('2026-03-11', 5), day('2026-02-17', 2)], now);
  assert.equal(pace.todayUsd, 1);
  assert.equal(pace.monthUsd, 20);
  assert.equal(pace.forecastUsd.toFixed(6), ((13 / 6.5) * 30).toFixed(6));
  assert.equal(pace.unpriced, false);
  assert.equal(paceOf([], now).forecastUsd, 0);
});

test('axes have round steps that reach the largest value', () => {
  assert.deepEqual(ticks(72), [0, 20, 40, 60, 80]);
  assert.deepEqual(ticks(0.03), [0, 0.01, 0.02, 0.03]);
  assert.deepEqual(ticks(0), [0, 1]);
});

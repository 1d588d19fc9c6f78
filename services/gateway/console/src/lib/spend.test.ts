import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpendRow } from '../api/types.ts';
import { barsOf, savedUsd, ticks } from './spend.ts';

const row: SpendRow = {
  key: 'fast', modelCalls: '12', unusedModelCalls: '3',
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

test('axes have round steps that reach the largest value', () => {
  assert.deepEqual(ticks(72), [0, 20, 40, 60, 80]);
  assert.deepEqual(ticks(0.03), [0, 0.01, 0.02, 0.03]);
  assert.deepEqual(ticks(0), [0, 1]);
});

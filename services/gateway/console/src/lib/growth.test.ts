import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, dayOf, fact } from '../testing/deals.ts';
import { growthOf } from './growth.ts';

const calls = [call('call-1'), call('call-2'), call('call-3')];
const shape = (facts: Parameters<typeof growthOf>[1]) =>
  growthOf(calls, facts).map(({ carried, added, closed }) => [carried, added, closed]);

test('facts add up over the calls', () => {
  assert.deepEqual(shape([fact('a', 'call-1'), fact('b', 'call-1'), fact('c', 'call-3')]), [[0, 2, 0], [2, 0, 0], [2, 1, 0]]);
});

test('a newer value ends the older one at its call', () => {
  const old = fact('old', 'call-1', { validTo: dayOf('call-2'), supersededBy: 'new' });
  assert.deepEqual(shape([old, fact('new', 'call-2')]), [[0, 1, 0], [0, 1, 1], [1, 0, 0]]);
});

test('what one call said and unsaid counts nowhere', () => {
  const slip = fact('slip', 'call-2', { validTo: dayOf('call-2'), supersededBy: 'right' });
  assert.deepEqual(shape([slip, fact('right', 'call-2')]), [[0, 0, 0], [0, 1, 0], [1, 0, 0]]);
});

test('a fact taken out by hand ends at the last call before that', () => {
  const wrong = fact('wrong', 'call-1', { validTo: '2026-03-02T15:00:00Z', invalidationReason: 'misheard' });
  assert.deepEqual(shape([wrong]), [[0, 1, 0], [0, 0, 1], [0, 0, 0]]);
});

test('verbatim text is no fact', () => {
  assert.deepEqual(shape([{ ...fact('text', 'call-1'), kind: 'FACT_KIND_VERBATIM' }]), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
});

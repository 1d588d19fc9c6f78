import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as format from './format.ts';

const now = new Date('2026-03-10T12:00:00Z');

test('ages are told in the unit that fits', () => {
  assert.equal(format.formatAge('2026-03-10T11:59:30Z', now), 'just now');
  assert.equal(format.formatAge('2026-03-10T11:15:00Z', now), '45 min ago');
  assert.equal(format.formatAge('2026-03-09T11:00:00Z', now), '1 day ago');
  assert.equal(format.formatAge('2026-01-02T00:00:00Z', now), '2 Jan 2026');
  assert.equal(format.formatAge(undefined, now), '–');
});

test('small costs keep two digits and are never told as nothing', () => {
  assert.equal(format.formatUsd(0), '$0');
  assert.equal(format.formatUsd(0.000123), '$0.00012');
  assert.equal(format.formatUsd(0.0456), '$0.046');
  assert.equal(format.formatUsd(1234.5), '$1,234.50');
  assert.equal(format.formatUsd(-0.5), '−$0.500');
});

test('a cost with an unknown price is a lower bound', () => {
  assert.equal(format.formatCost({ usd: 0.02, unpriced: true }), 'at least $0.020');
});

test('durations read well from microseconds to seconds', () => {
  assert.equal(format.formatDuration('0.000185006s'), '185 µs');
  assert.equal(format.formatDuration('0.0021s'), '2.1 ms');
  assert.equal(format.formatDuration('0.25s'), '250 ms');
  assert.equal(format.formatDuration('12.34s'), '12.3 s');
  assert.equal(format.formatDuration(undefined), '–');
});

test('offsets read as a recorder shows them', () => {
  assert.equal(format.formatOffset('3725.4s'), '1:02:05');
  assert.equal(format.formatOffset(undefined), '');
});

test('counts agree with their noun', () => {
  assert.equal(format.plural(1, 'fact'), '1 fact');
  assert.equal(format.plural(1200, 'fact'), '1,200 facts');
});

test('shares', () => {
  assert.equal(format.formatPercent(1, 3), '33 %');
  assert.equal(format.formatPercent(1, 1000), '< 1 %');
  assert.equal(format.formatPercent(0, 0), '–');
});

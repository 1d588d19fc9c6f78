import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocker, call, deal } from '../testing/deals.ts';
import { buildStory } from './story.ts';
import { layOut, throughline } from './story_layout.ts';

const price = blocker('price', ['call-1', 'RAISED'], ['call-2', 'RESOLVED']);
const legal = blocker('legal', ['call-2', 'RAISED']);
const story = buildStory(deal([price, legal], [call('call-1', price), call('call-2', legal), call('call-3')]));

test('calls share the width beside the labels', () => {
  const layout = layOut(story, { width: 1000, compact: false });
  assert.equal(layout.width, 1000);
  assert.equal(layout.labelWidth, 240);
  assert.deepEqual(layout.centers.map(Math.round), [367, 620, 873]);
});

test('a settled blocker’s bar ends at the call that settled it, an open one’s runs past the last', () => {
  const { rows, centers } = layOut(story, { width: 1000, compact: false });
  const closed = rows[0]?.bars[0];
  const open = rows[1]?.bars[0];
  assert.ok(closed && open);
  assert.equal(Math.round(closed.x + closed.width), Math.round(centers[1] ?? 0));
  assert.ok(open.x + open.width > (centers[2] ?? 0));
});

test('the line stops in the lane that was in the way, and in the clear row when none was', () => {
  const { stops, rows, clearRow, trackOffset } = layOut(story, { width: 1000, compact: false });
  assert.deepEqual(stops.map((stop) => stop.clear), [false, false, true]);
  assert.equal(stops[0]?.y, (rows[0]?.top ?? 0) + trackOffset);
  assert.equal(stops[1]?.y, (rows[1]?.top ?? 0) + trackOffset);
  assert.equal(stops[2]?.y, (clearRow ?? 0) + trackOffset);
});

test('on a phone labels take no width and many calls scroll', () => {
  const calls = Array.from({ length: 9 }, (_, i) => call(`call-${i + 1}`));
  const layout = layOut(buildStory(deal([], calls)), { width: 343, compact: true });
  assert.equal(layout.labelWidth, 0);
  assert.equal(layout.width, 540);
});

test('the line is level where the lane stays and bends where it changes', () => {
  const level = throughline([{ x: 100, y: 20 }, { x: 200, y: 20 }], 100);
  const bent = throughline([{ x: 100, y: 20 }, { x: 200, y: 80 }], 100);
  assert.equal(level, 'M80 20 H120 H180 H220');
  assert.equal(bent, 'M80 20 H120 C150 20 150 80 180 80 H220');
  assert.equal(throughline([], 100), '');
});

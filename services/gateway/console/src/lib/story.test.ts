import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocker, call, deal } from '../testing/deals.ts';
import { buildStory, movements, openSince } from './story.ts';

test('a blocker that was settled and came back has two open stretches', () => {
  const security = blocker('security', ['call-1', 'RAISED'], ['call-2', 'RESOLVED'], ['call-3', 'REOPENED']);
  const story = buildStory(deal([security], [call('call-1', security), call('call-2'), call('call-3', security)]));
  const spans = story.lanes[0]?.spans.map(({ from, to }) => [from.call, to?.call]);
  assert.deepEqual(spans, [[0, 1], [2, undefined]]);
  assert.deepEqual(story.lanes[0]?.primaryIn, [0, 2]);
  assert.deepEqual(story.clearIn, [1]);
});

test('steps within one call keep their order', () => {
  const price = blocker('price', ['call-1', 'RAISED'], ['call-1', 'BEING_ADDRESSED'], ['call-1', 'RESOLVED']);
  const marks = buildStory(deal([price], [call('call-1')])).lanes[0]?.marks ?? [];
  assert.deepEqual(marks.map(({ call: index, order, of }) => [index, order, of]), [[0, 0, 3], [0, 1, 3], [0, 2, 3]]);
});

test('lanes stand in the order in which the blockers were first heard', () => {
  const late = blocker('late', ['call-2', 'RAISED']);
  const early = blocker('early', ['call-1', 'RAISED']);
  const story = buildStory(deal([late, early], [call('call-1', early), call('call-2', late)]));
  assert.deepEqual(story.lanes.map((lane) => lane.blocker.id), ['early', 'late']);
});

test('a step whose call was forgotten is shown at the call before it', () => {
  const price = blocker('price', ['call-2', 'RAISED']);
  const story = buildStory(deal([price], [call('call-1'), call('call-3', price)]));
  assert.equal(story.lanes[0]?.marks[0]?.call, 0);
});

test('a step before every known call is left out', () => {
  const price = blocker('price', ['call-1', 'RAISED']);
  assert.deepEqual(buildStory(deal([price], [call('call-3')])).lanes[0]?.marks, []);
});

test('people appear with the calls after which their yes was needed', () => {
  const story = buildStory(deal([], [call('call-1', undefined, ['Mike']), call('call-2', undefined, ['Mike', 'Sarah'])]));
  assert.deepEqual(story.people, [
    { name: 'Mike', decidesIn: [0, 1] },
    { name: 'Sarah', decidesIn: [1] },
  ]);
});

test('a blocker is open since it was raised, or raised again', () => {
  const again = blocker('x', ['call-1', 'RAISED'], ['call-2', 'RESOLVED'], ['call-3', 'REOPENED'], ['call-4', 'BEING_ADDRESSED']);
  assert.equal(openSince(again), '2026-03-03T00:00:00Z');
  assert.equal(openSince(blocker('y', ['call-1', 'RAISED'], ['call-2', 'WITHDRAWN'])), undefined);
});

test('movements come in the order of their words', () => {
  const a = blocker('a', ['call-2', 'RAISED']);
  const b = blocker('b', ['call-1', 'RAISED'], ['call-2', 'RESOLVED']);
  const moves = movements(buildStory(deal([a, b], [call('call-1'), call('call-2')])));
  assert.deepEqual(moves.map(({ lane, mark }) => `${lane.blocker.id} ${mark.call}`), ['b 0', 'a 1', 'b 1']);
});

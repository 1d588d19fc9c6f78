import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, type Step } from './process.ts';

test('a step begins, then ends where it stood', () => {
  let steps: Step[] = [];
  steps = advance(steps, 'step_started', { step: 'A' });
  steps = advance(steps, 'step_started', { step: 'B' });
  steps = advance(steps, 'step_finished', { step: 'A', duration: '0.1s', summary: 'done' });
  assert.deepEqual(steps, [
    { step: 'A', state: 'done', duration: '0.1s', summary: 'done' },
    { step: 'B', state: 'running' },
  ]);
});

test('an end without a beginning is a step all the same; other events change nothing', () => {
  const steps = advance([], 'step_finished', { step: 'A' });
  assert.equal(steps[0]?.state, 'done');
  assert.equal(advance(steps, 'ping', { step: 'B' }), steps);
});

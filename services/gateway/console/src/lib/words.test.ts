import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockerTone, isOpen, outcomeTone, word } from './words.ts';

test('enum values read as words', () => {
  assert.equal(word('BLOCKER_CATEGORY_SECURITY'), 'Security');
  assert.equal(word('BLOCKER_CATEGORY_CHANGE_MANAGEMENT'), 'Adoption');
  assert.equal(word('DECISION_REASON_KNOWN_STATE_CONFLICT'), 'Known state conflict');
  assert.equal(word('JOURNEY_STAGE_UNSPECIFIED'), '');
  assert.equal(word(undefined), '');
});

test('a value newer than this page is still readable', () => {
  assert.equal(word('JOB_STATE_PAUSED_BY_OWNER'), 'Paused by owner');
});

test('tones tell open from settled', () => {
  assert.equal(isOpen('BLOCKER_STATUS_REOPENED'), true);
  assert.equal(isOpen('BLOCKER_STATUS_WITHDRAWN'), false);
  assert.equal(blockerTone('BLOCKER_STATUS_RESOLVED'), 'done');
  assert.equal(outcomeTone('DECISION_OUTCOME_ESCALATED'), 'work');
});

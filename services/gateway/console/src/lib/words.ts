// The API's enum values as people say them.

import type { BlockerStatus } from '../api/types.ts';

const special: Record<string, string> = {
  BLOCKER_CATEGORY_CHANGE_MANAGEMENT: 'Adoption',
  BLOCKER_STATUS_BEING_ADDRESSED: 'Being addressed',
  BLOCKER_STATUS_REOPENED: 'Re-opened',
  STAKEHOLDER_ROLE_CO_SIGNER: 'Co-signer',
  JOURNEY_STAGE_CLOSED_WON: 'Closed, won',
  JOURNEY_STAGE_CLOSED_LOST: 'Closed, lost',
  TASK_KIND_ANALYZE_CALL: 'Analyse call',
  TASK_KIND_EXTRACT_FACTS: 'Extract facts',
  TASK_KIND_WRITE_EMAIL: 'Write e-mail',
  PIPELINE_STEP_ANALYZE: 'Analyse',
  DECISION_OUTCOME_ACCEPTED: 'Draft accepted',
  DECISION_OUTCOME_REPAIRED: 'Draft repaired',
  DECISION_OUTCOME_DIRECT: 'Asked at once',
  DECISION_OUTCOME_CACHED: 'Reused',
  ATTEMPT_OUTCOME_ERROR: 'Provider failed',
  ATTEMPT_OUTCOME_SHADOW: 'Only compared',
};

const prefixes = [
  'BLOCKER_CATEGORY_', 'BLOCKER_STATUS_', 'STAKEHOLDER_ROLE_', 'JOURNEY_STAGE_', 'FACT_KIND_',
  'OBJECTION_STATUS_', 'PIPELINE_STEP_', 'JOB_STATE_', 'TASK_KIND_', 'DECISION_OUTCOME_',
  'DECISION_REASON_', 'ATTEMPT_ROLE_', 'ATTEMPT_OUTCOME_', 'CHECK_RESULT_', 'BREAKER_STATE_',
  'TRANSCRIPT_FORMAT_', 'SIDE_', 'PRESENCE_',
];

// "BLOCKER_CATEGORY_CHANGE_MANAGEMENT" to "Adoption"; unspecified to "".
export function word(value: string | undefined): string {
  if (!value || value.endsWith('_UNSPECIFIED')) return '';
  const known = special[value];
  if (known !== undefined) return known;
  const prefix = prefixes.find((start) => value.startsWith(start)) ?? '';
  const text = value.slice(prefix.length).toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export type Tone = 'hot' | 'open' | 'work' | 'done' | 'quiet';

export function isOpen(status: BlockerStatus | string): boolean {
  return status !== 'BLOCKER_STATUS_RESOLVED' && status !== 'BLOCKER_STATUS_WITHDRAWN';
}

export function blockerTone(status: BlockerStatus | string): Tone {
  if (status === 'BLOCKER_STATUS_RESOLVED') return 'done';
  if (status === 'BLOCKER_STATUS_WITHDRAWN') return 'quiet';
  return status === 'BLOCKER_STATUS_BEING_ADDRESSED' ? 'work' : 'hot';
}

export function outcomeTone(outcome: string): Tone {
  if (outcome.endsWith('_FAILED')) return 'hot';
  if (outcome.endsWith('_ESCALATED') || outcome.endsWith('_DIRECT')) return 'work';
  return outcome.endsWith('_CACHED') ? 'quiet' : 'done';
}

export function jobTone(state: string): Tone {
  if (state === 'JOB_STATE_FAILED') return 'hot';
  if (state === 'JOB_STATE_RUNNING') return 'work';
  return state === 'JOB_STATE_SUCCEEDED' ? 'done' : 'quiet';
}

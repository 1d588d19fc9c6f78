// Small deals for tests.

import type { Blocker, BlockerStatus, DealState, Fact, TimelineEntry } from '../api/types.ts';

export function evidence(callId: string, turn = 0) {
  return { callId, turn, speaker: 'Ana', quote: `said in ${callId}` };
}

// A blocker from steps such as ['call-1', 'RAISED'].
export function blocker(id: string, ...steps: [string, string][]): Blocker {
  const history = steps.map(([callId, step], turn) => ({
    status: `BLOCKER_STATUS_${step}` as BlockerStatus,
    at: dayOf(callId),
    evidence: evidence(callId, turn),
  }));
  return {
    id, category: 'BLOCKER_CATEGORY_PRICE', object: id, description: '', owner: '', clearingCondition: '',
    status: history[history.length - 1]?.status ?? 'BLOCKER_STATUS_RAISED', history,
  };
}

// "call-3" takes place on the third of March.
export function dayOf(callId: string): string {
  return `2026-03-0${callId.slice(-1)}T00:00:00Z`;
}

export function call(callId: string, primary?: Blocker, decisionMakers: string[] = []): TimelineEntry {
  return {
    callId, occurredAt: dayOf(callId), primaryBlocker: primary, decisionMakers,
    stage: 'JOURNEY_STAGE_EVALUATION', factsAdded: 1, summary: '',
  };
}

export function deal(blockers: Blocker[], timeline: TimelineEntry[]): DealState {
  return {
    blockers, timeline, stakeholders: [], stage: 'JOURNEY_STAGE_EVALUATION',
    primaryBlockerId: timeline[timeline.length - 1]?.primaryBlocker?.id ?? '', version: '1',
  };
}

export function fact(id: string, callId: string, closed: Partial<Fact> = {}): Fact {
  return {
    id, kind: 'FACT_KIND_STATEMENT', text: id, subject: '', attribute: '', value: '',
    evidence: [evidence(callId)], confidence: 1, validFrom: dayOf(callId), supersededBy: '', tags: [],
    ...closed,
  };
}

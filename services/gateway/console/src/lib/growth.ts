// How what is known of a customer grew, call by call.

import type { Fact, TimelineEntry } from '../api/types.ts';

export interface Growth {
  callId: string;
  occurredAt?: string;
  carried: number; // known before the call and still holding after it
  added: number; // first stated in it and holding
  closed: number; // ended by it
}

// `facts` holds closed facts too; verbatim text is left out.
export function growthOf(calls: TimelineEntry[], facts: Fact[]): Growth[] {
  const indexOf = new Map(calls.map((call, i) => [call.callId, i]));
  const callOfFact = new Map<string, number>();
  for (const fact of facts) callOfFact.set(fact.id, bornIn(fact, indexOf, calls));
  const grown: Growth[] = calls.map(({ callId, occurredAt }) => (
    { callId, occurredAt, carried: 0, added: 0, closed: 0 }));
  for (const fact of facts) {
    if (fact.kind === 'FACT_KIND_VERBATIM') continue;
    const born = callOfFact.get(fact.id) ?? -1;
    if (born < 0) continue;
    const died = diedIn(fact, calls, callOfFact);
    grown.forEach((row, i) => {
      if (i === born && died !== born) row.added += 1;
      if (i > born && i < died) row.carried += 1;
      if (i === died && died > born) row.closed += 1;
    });
  }
  return grown;
}

function bornIn(fact: Fact, indexOf: Map<string, number>, calls: TimelineEntry[]): number {
  const said = (fact.evidence ?? []).map((evidence) => indexOf.get(evidence.callId) ?? -1)
    .filter((index) => index >= 0);
  return said.length > 0 ? Math.min(...said) : lastUpTo(calls, fact.validFrom);
}

function diedIn(fact: Fact, calls: TimelineEntry[], callOfFact: Map<string, number>): number {
  if (!fact.validTo) return Number.POSITIVE_INFINITY;
  const heir = fact.supersededBy ? callOfFact.get(fact.supersededBy) : undefined;
  if (heir !== undefined && heir >= 0) return heir;
  const last = lastUpTo(calls, fact.validTo);
  return last < 0 ? Number.POSITIVE_INFINITY : last;
}

function lastUpTo(calls: TimelineEntry[], at: string | undefined): number {
  if (at === undefined) return -1;
  return calls.reduce((last, call, i) => ((call.occurredAt ?? '') <= at ? i : last), -1);
}

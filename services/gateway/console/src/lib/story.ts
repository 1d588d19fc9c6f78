// The story of a deal: which blocker was open when, which one was primary, whose yes was needed.

import type { Blocker, BlockerStatus, DealState, Evidence, TimelineEntry } from '../api/types.ts';
import { isOpen } from './words.ts';

export interface Mark {
  call: number; // index of the call that moved it
  order: number; // among the marks of this blocker in this call
  of: number; // how many they are
  status: BlockerStatus;
  at?: string;
  evidence?: Evidence;
}

// A stretch of time in which a blocker was open.
export interface Span {
  from: { call: number; order: number; of: number };
  to?: { call: number; order: number; of: number }; // still open when absent
}

export interface Lane {
  blocker: Blocker;
  marks: Mark[];
  spans: Span[];
  primaryIn: number[]; // calls after which it was the primary one
}

export interface PersonLane {
  name: string;
  decidesIn: number[];
}

export interface Story {
  calls: TimelineEntry[];
  lanes: Lane[];
  people: PersonLane[];
  // Calls after which nothing was open.
  clearIn: number[];
}

function callOf(calls: TimelineEntry[], at: string | undefined, evidence: Evidence | undefined): number {
  const byId = calls.findIndex((call) => call.callId === evidence?.callId);
  if (byId >= 0 || at === undefined) return byId;
  // Words of a call that has since been forgotten: the last call up to their time.
  return calls.reduce((last, call, i) => ((call.occurredAt ?? '') <= at ? i : last), -1);
}

function marksOf(blocker: Blocker, calls: TimelineEntry[]): Mark[] {
  const marks: Mark[] = [];
  for (const { status, at, evidence } of blocker.history ?? []) {
    const call = callOf(calls, at, evidence);
    if (call >= 0) marks.push({ call, order: 0, of: 1, status, at, evidence });
  }
  for (const mark of marks) {
    const same = marks.filter((other) => other.call === mark.call);
    mark.order = same.indexOf(mark);
    mark.of = same.length;
  }
  return marks;
}

function spansOf(marks: Mark[]): Span[] {
  const spans: Span[] = [];
  let open: Span | undefined;
  for (const { status, call, order, of } of marks) {
    if (isOpen(status)) {
      if (!open) {
        open = { from: { call, order, of } };
        spans.push(open);
      }
    } else if (open) {
      open.to = { call, order, of };
      open = undefined;
    }
  }
  return spans;
}

export function buildStory(deal: DealState): Story {
  const calls = deal.timeline ?? [];
  const lanes = (deal.blockers ?? [])
    .map((blocker) => {
      const marks = marksOf(blocker, calls);
      const primaryIn = calls.flatMap((call, i) => (call.primaryBlocker?.id === blocker.id ? [i] : []));
      return { blocker, marks, spans: spansOf(marks), primaryIn };
    })
    .sort((a, b) => firstCall(a) - firstCall(b));
  const names = [...new Set(calls.flatMap((call) => call.decisionMakers ?? []))];
  const people = names.map((name) => ({
    name,
    decidesIn: calls.flatMap((call, i) => (call.decisionMakers?.includes(name) ? [i] : [])),
  }));
  const clearIn = calls.flatMap((call, i) => (call.primaryBlocker ? [] : [i]));
  return { calls, lanes, people, clearIn };
}

function firstCall(lane: Lane): number {
  const marks = lane.marks[0];
  return marks ? marks.call + marks.order / (10 * marks.of) : Number.MAX_SAFE_INTEGER;
}

// For how long a blocker has been open, up to the latest call; undefined when it is not.
export function openSince(blocker: Blocker): string | undefined {
  let since: string | undefined;
  for (const { status, at } of blocker.history ?? []) {
    if (!isOpen(status)) since = undefined;
    else since ??= at;
  }
  return since;
}

// Every movement of the deal in the order of its words.
export function movements(story: Story): { lane: Lane; mark: Mark }[] {
  return story.lanes
    .flatMap((lane) => lane.marks.map((mark) => ({ lane, mark })))
    .sort((a, b) => a.mark.call - b.mark.call || (a.mark.evidence?.turn ?? 0) - (b.mark.evidence?.turn ?? 0));
}

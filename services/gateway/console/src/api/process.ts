import { parseProblem, Problem, request } from './client.ts';
import { readEvents } from './events.ts';
import type { CallResult } from './types.ts';

export interface Step {
  step: string;
  state: 'running' | 'done';
  duration?: string;
  summary?: string;
}

// The steps after one more event; the same array when the event is about no step.
export function advance(steps: Step[], name: string, event: { step: string; duration?: string; summary?: string }): Step[] {
  if (name === 'step_started') {
    return [...steps.filter((known) => known.step !== event.step), { step: event.step, state: 'running' }];
  }
  if (name !== 'step_finished') return steps;
  const done: Step = { step: event.step, state: 'done', duration: event.duration, summary: event.summary };
  const index = steps.findIndex((known) => known.step === event.step);
  return index < 0 ? [...steps, done] : steps.map((known, i) => (i === index ? done : known));
}

// Sends a call and tells of each step as it begins and ends. Gives the call's result; throws a
// Problem when it fails, also in the middle.
export async function processCall(
  form: FormData,
  progress: (steps: Step[]) => void,
  signal: AbortSignal,
): Promise<CallResult> {
  const response = await request('/v1/calls', {
    method: 'POST', body: form, signal, headers: { Accept: 'text/event-stream' },
  });
  if (!response.body) throw new Problem(0, 'The server sent no answer. Try again.');
  let steps: Step[] = [];
  for await (const { name, data } of readEvents(response.body)) {
    if (name === 'result') return JSON.parse(data) as CallResult;
    if (name === 'error') {
      const { status = 500 } = JSON.parse(data) as { status?: number };
      throw parseProblem(status, data);
    }
    steps = advance(steps, name, JSON.parse(data) as { step: string });
    progress(steps);
  }
  throw new Problem(0, 'The connection ended before the result came. Send the call again: what was done is not repeated.');
}

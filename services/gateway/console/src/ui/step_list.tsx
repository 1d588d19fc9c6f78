import type { Step } from '../api/process.ts';
import { formatDuration } from '../lib/format.ts';
import { word } from '../lib/words.ts';

const steps = ['PARSE', 'RECALL', 'ANALYZE', 'WRITE', 'SAVE'].map((name) => `PIPELINE_STEP_${name}`);

// The five steps of a call; those not begun are pale.
export function StepList({ steps: known, running }: { steps: Step[]; running: boolean }) {
  const byName = new Map(known.map((step) => [step.step, step]));
  return (
    <ol class="steps" aria-busy={running}>
      {steps.map((name) => {
        const step = byName.get(name);
        const stopped = step?.state === 'running' && !running;
        return (
          <li key={name} class={`step step-${stopped ? 'stopped' : step?.state ?? 'waiting'}`}>
            <span class="step-sign" aria-hidden="true" />
            <span class="step-name">{word(name)}</span>
            <span class="step-summary">{step?.summary ?? (stopped ? 'stopped here' : step ? 'under way' : '')}</span>
            <span class="step-time num">{step?.duration ? formatDuration(step.duration) : ''}</span>
          </li>
        );
      })}
    </ol>
  );
}

import { useRef, useState } from 'preact/hooks';
import { getJson } from '../api/client.ts';
import { processCall, type Step } from '../api/process.ts';
import { refreshEverything, useQuery } from '../api/query.ts';
import { Problem } from '../api/client.ts';
import type { CallResult, ListCustomersResponse } from '../api/types.ts';
import { formatCount, plural } from '../lib/format.ts';
import { callUrl, dealUrl } from '../lib/routes.ts';
import { Heading } from '../ui/atoms.tsx';
import { SourceContext } from '../ui/evidence.tsx';
import { useParameter, useTitle } from '../ui/navigation.tsx';
import { StepList } from '../ui/step_list.tsx';
import { Failure } from '../ui/states.tsx';
import { Outcome } from './call.tsx';

const maxTranscriptBytes = 8 * 1024 * 1024; // what the server takes

interface Run {
  steps: Step[];
  result?: CallResult;
  problem?: Problem;
  running: boolean;
}

export function ProcessView() {
  useTitle('Process a call');
  const [run, setRun] = useState<Run>();
  const abort = useRef<AbortController>(undefined);

  const start = async (form: FormData) => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    setRun({ steps: [], running: true });
    const update = (change: (run: Run) => Run) => setRun((now) => (now ? change(now) : now));
    try {
      const result = await processCall(form, (steps) => update((now) => ({ ...now, steps })), controller.signal);
      update((now) => ({ ...now, result, running: false }));
      refreshEverything();
    } catch (error) {
      if (controller.signal.aborted) return setRun(undefined);
      const problem = error instanceof Problem ? error : new Problem(0, String(error));
      update((now) => ({ ...now, problem, running: false }));
    }
  };

  return (
    <div class="page">
      <Heading title="Process a call">
        <p class="lede">Drop a transcript in any common format. What blocks the deal, who decides and what to write come back in a moment.</p>
      </Heading>
      <div class="process">
        <CallForm running={run?.running ?? false} start={(form) => void start(form)} stop={() => abort.current?.abort()} />
        <section class="process-run" aria-label="Progress" aria-live="polite">
          <RunView run={run ?? { steps: [], running: false }} />
        </section>
      </div>
    </div>
  );
}

function RunView({ run }: { run: Run }) {
  const { result } = run;
  return (
    <>
      <StepList steps={run.steps} running={run.running} />
      {run.problem && <Failure problem={run.problem} />}
      {result && (
        <SourceContext.Provider value={{ customerId: result.customerId, callName: () => 'this call' }}>
          <div class="process-result">
            <h2>{result.replayed ? 'This call was known; its stored result' : 'Result'}</h2>
            {result.analysis && !result.analysis.notASalesCall && <Outcome analysis={result.analysis} />}
            {result.analysis?.notASalesCall && <p>This is not a sales call. Nothing was drawn from it.</p>}
            <p>{plural((result.facts ?? []).length, 'fact')} added, {formatCount(result.factsRecalled)} recalled.</p>
            <p class="row-gap">
              <a class="button button-strong" href={callUrl(result.customerId, result.callId)}>E-mail and details</a>
              <a class="button" href={dealUrl(result.customerId)}>The deal</a>
            </p>
          </div>
        </SourceContext.Provider>
      )}
    </>
  );
}

function CallForm({ running, start, stop }: { running: boolean; start: (form: FormData) => void; stop: () => void }) {
  const [customer] = useParameter('customer');
  const [file, setFile] = useState<File>();
  const [over, setOver] = useState(false);
  const [error, setError] = useState('');
  const known = useQuery('customers:names', (signal) => getJson<ListCustomersResponse>('/v1/customers?pageSize=1000', signal));

  const take = (taken: File | null | undefined) => {
    if (!taken) return;
    const tooLarge = taken.size > maxTranscriptBytes;
    setError(tooLarge ? `${taken.name} is larger than the 8 MiB a transcript may have.` : '');
    setFile(tooLarge ? undefined : taken);
  };
  const submit = (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const text = String(fields.get('text') ?? '').trim();
    fields.delete('text');
    fields.delete('file');
    for (const [name, value] of [...fields]) if (value === '') fields.delete(name);
    if (!file && text === '') return setError('Drop a file, choose one, or paste the transcript.');
    setError('');
    fields.set('transcript', file ?? new File([text], 'pasted.txt', { type: 'text/plain' }));
    start(fields);
  };

  return (
    <form
      class="process-form stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <label class="field">
        <span class="field-label">Customer</span>
        <input class="input" name="customerId" required maxLength={200} list="known-customers" defaultValue={customer} autocomplete="off" />
        <datalist id="known-customers">
          {(known.data?.customers ?? []).map(({ customerId }) => <option key={customerId} value={customerId} />)}
        </datalist>
      </label>
      <div
        class={over ? 'drop drop-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer?.files[0]);
        }}
      >
        {file ? (
          <p>
            <strong>{file.name}</strong> <span class="muted">{formatCount(file.size)} bytes</span>{' '}
            <button type="button" class="link-button" onClick={() => setFile(undefined)}>Take it out</button>
          </p>
        ) : (
          <>
            <label class="drop-choose">
              <input
                class="visually-hidden" type="file" name="file"
                onChange={(event) => take(event.currentTarget.files?.[0])}
              />
              <span class="button">Choose a transcript</span> <span class="muted">or drop it here</span>
            </label>
            <label class="field">
              <span class="field-label">or paste it</span>
              <textarea class="input mono" name="text" rows={9} spellcheck={false} />
            </label>
          </>
        )}
      </div>
      <div class="field-pair">
        <label class="field">
          <span class="field-label">Day of the call</span>
          <input class="input" type="date" name="callDate" aria-describedby="date-hint" />
          <span class="hint" id="date-hint">Left empty, the transcript’s own, else today</span>
        </label>
        <label class="field">
          <span class="field-label">Call id</span>
          <input class="input" name="callId" maxLength={200} autocomplete="off" aria-describedby="id-hint" />
          <span class="hint" id="id-hint">Left empty, made from the content</span>
        </label>
      </div>
      {error !== '' && <p class="field-error" role="alert">{error}</p>}
      <div class="row-gap">
        <button type="submit" class="button button-strong" disabled={running}>{running ? 'Processing…' : 'Process'}</button>
        {running && <button type="button" class="button" onClick={stop}>Stop</button>}
      </div>
    </form>
  );
}

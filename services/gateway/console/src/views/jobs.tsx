import { useEffect, useState } from 'preact/hooks';
import { getJson, postJson, Problem, withQuery } from '../api/client.ts';
import { useQuery } from '../api/query.ts';
import type { Job, ListJobsResponse } from '../api/types.ts';
import { formatAge, formatMoment } from '../lib/format.ts';
import { callUrl, dealUrl } from '../lib/routes.ts';
import { jobTone, word } from '../lib/words.ts';
import { FilterBar, Heading, Tag } from '../ui/atoms.tsx';
import { useParameter, useTitle } from '../ui/navigation.tsx';
import { Empty, Failure, Show } from '../ui/states.tsx';

const states = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'].map((state) => `JOB_STATE_${state}`);
const refreshMs = 3000; // while something is under way

function isUnderWay(job: Job): boolean {
  return job.state === 'JOB_STATE_QUEUED' || job.state === 'JOB_STATE_RUNNING';
}

export function JobsView() {
  useTitle('Jobs');
  const [state, setState] = useParameter('state');
  const [pageToken, setPageToken] = useParameter('page');
  const path = withQuery('/v1/jobs', { state, pageSize: 50, pageToken });
  const query = useQuery(path, (signal) => getJson<ListJobsResponse>(path, signal));
  const active = (query.data?.jobs ?? []).some(isUnderWay);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && query.reload(), refreshMs);
    return () => clearInterval(timer);
  }, [active, query.reload]);
  return (
    <div class="page">
      <Heading title="Jobs">
        <p class="lede">Calls and conversations taken for processing in the background, newest first.</p>
      </Heading>
      <FilterBar
        label="State" value={state}
        options={[{ value: '', text: 'All' }, ...states.map((value) => ({ value, text: word(value) }))]}
        choose={(value) => { setPageToken(''); setState(value); }}
      />
      <Show query={query} what="jobs" rows={6}>
        {(page) => (
          <>
            {(page.jobs ?? []).length === 0
              ? <Empty title={state === '' ? 'No job yet' : 'No job in this state'}>Conversations sent to <code>POST /v1/ingest</code> appear here.</Empty>
              : <JobTable jobs={page.jobs} changed={query.reload} />}
            <div class="row-gap pager">
              {pageToken !== '' && <button type="button" class="button" onClick={() => setPageToken('')}>Newest</button>}
              {page.nextPageToken && (
                <button type="button" class="button" onClick={() => setPageToken(page.nextPageToken)}>Older</button>
              )}
            </div>
          </>
        )}
      </Show>
    </div>
  );
}

function JobTable({ jobs, changed }: { jobs: Job[]; changed: () => void }) {
  const [problem, setProblem] = useState<Problem>();
  const act = async (job: Job, action: 'cancel' | 'retry') => {
    setProblem(undefined);
    try {
      await postJson(`/v1/jobs/${encodeURIComponent(job.id)}/${action}`);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
    }
    changed();
  };
  return (
    <>
      {problem && <Failure problem={problem} />}
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Call</th>
            <th scope="col">Customer</th>
            <th scope="col">State</th>
            <th scope="col" class="num">Tries</th>
            <th scope="col">Taken</th>
            <th scope="col"><span class="visually-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => <JobRow key={job.id} job={job} act={(action) => void act(job, action)} />)}
        </tbody>
      </table>
    </>
  );
}

function JobRow({ job, act }: { job: Job; act: (action: 'cancel' | 'retry') => void }) {
  const done = job.state === 'JOB_STATE_SUCCEEDED';
  return (
    <tr>
      <th scope="row">
        {done && job.callId !== '' ? <a href={callUrl(job.customerId, job.callId)}>{job.callId}</a> : job.callId || job.id}
      </th>
      <td data-label="Customer"><a href={dealUrl(job.customerId)}>{job.customerId}</a></td>
      <td data-label="State">
        <Tag tone={jobTone(job.state)}>{word(job.state)}</Tag>{' '}
        {job.state === 'JOB_STATE_RUNNING' && <span class="muted">{word(job.step).toLowerCase()}</span>}
        {job.error !== '' && <span class="cell-note">{job.error}</span>}
      </td>
      <td data-label="Tries" class="num">{job.attempts}</td>
      <td data-label="Taken" class="nowrap">
        <time dateTime={job.createdAt} title={formatMoment(job.createdAt)}>{formatAge(job.createdAt, new Date())}</time>
      </td>
      <td class="row-actions">
        {isUnderWay(job) && (
          <button type="button" class="button button-small" aria-label={`Cancel the job of ${job.callId}`} onClick={() => act('cancel')}>Cancel</button>
        )}
        {job.state === 'JOB_STATE_FAILED' && (
          <button type="button" class="button button-small" aria-label={`Try the job of ${job.callId} again`} onClick={() => act('retry')}>Try again</button>
        )}
      </td>
    </tr>
  );
}

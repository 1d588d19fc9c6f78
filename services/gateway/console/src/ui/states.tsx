import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/client.ts';
import type { Query } from '../api/query.ts';
import { askForKey } from './key_dialog.tsx';

export function Loading({ what, rows = 4 }: { what: string; rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what}…</span>
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} class="skeleton" style={{ width: `${92 - ((i * 23) % 40)}%` }} />
      ))}
    </div>
  );
}

export function Failure({ problem, retry }: { problem: Problem; retry?: () => void }) {
  return (
    <div class="failure" role="alert">
      <p class="failure-detail">{problem.detail}</p>
      {problem.requestId !== '' && (
        <p class="failure-request">
          Request <code>{problem.requestId}</code>
        </p>
      )}
      <div class="row-gap">
        {problem.needsKey && (
          <button type="button" class="button button-strong" onClick={askForKey}>
            Enter an API key
          </button>
        )}
        {retry && (
          <button type="button" class="button" onClick={retry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}

// A query's data, or what stands in its place until there is some.
export function Show<T>({ query, what, rows, children }: {
  query: Query<T>;
  what: string;
  rows?: number;
  children: (data: T) => ComponentChildren;
}) {
  if (query.problem && query.data === undefined) {
    return <Failure problem={query.problem} retry={query.reload} />;
  }
  if (query.data === undefined) return <Loading what={what} rows={rows} />;
  return (
    <>
      {query.problem && <Failure problem={query.problem} retry={query.reload} />}
      {children(query.data)}
    </>
  );
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './client.ts';

export interface Query<T> {
  data?: T; // the last answer, kept while a newer one is on its way
  problem?: Problem;
  loading: boolean;
  reload: () => void;
}

const kMaxCachedAnswers = 100;
const answers = new Map<string, unknown>();
const reloaders = new Set<() => void>();

function remember(key: string, answer: unknown): void {
  answers.delete(key);
  answers.set(key, answer);
  if (answers.size > kMaxCachedAnswers) answers.delete(answers.keys().next().value as string);
}

// Forgets every answer and asks again for what is on screen: after a write or a new key.
export function refreshEverything(): void {
  answers.clear();
  for (const reload of [...reloaders]) reload();
}

// Loads what `key` names. A view that comes back shows its last answer at once and refreshes it.
export function useQuery<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Query<T> {
  const [, render] = useState(0);
  const [round, setRound] = useState(0);
  const state = useRef<{ key: string; data?: T; problem?: Problem; loading: boolean }>({
    key: '',
    loading: true,
  });
  if (state.current.key !== key) {
    state.current = { key, data: answers.get(key) as T | undefined, loading: true };
  }
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    const abort = new AbortController();
    const settle = (data: T | undefined, problem: Problem | undefined) => {
      if (abort.signal.aborted) return;
      state.current = { key, data: data ?? (problem ? state.current.data : data), problem, loading: false };
      render((n) => n + 1);
    };
    loader.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) remember(key, data);
        settle(data, undefined);
      },
      (error: unknown) => {
        settle(undefined, error instanceof Problem ? error : new Problem(0, String(error)));
      },
    );
    return () => abort.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    reloaders.add(reload);
    return () => void reloaders.delete(reload);
  }, [reload]);
  const { data, problem, loading } = state.current;
  return { data, problem, loading, reload };
}

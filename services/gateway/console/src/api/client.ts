// Requests to the gateway that served this page.

const keyName = 'throughline.key';

// What the gateway says went wrong (problem+json), or why it could not be asked.
export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer came
    readonly detail: string,
    readonly requestId: string = '',
  ) {
    super(detail);
  }

  get needsKey(): boolean {
    return this.status === 401;
  }
}

// The API key lives as long as the tab.
export function storedKey(): string {
  return sessionStorage.getItem(keyName) ?? '';
}

export function storeKey(key: string): void {
  if (key === '') sessionStorage.removeItem(keyName);
  else sessionStorage.setItem(keyName, key);
}

// The problem in a refused answer's body; `fallback` when the body is not one.
export function parseProblem(status: number, body: string, fallback = ''): Problem {
  try {
    const said = JSON.parse(body) as { detail?: string; title?: string; requestId?: string };
    return new Problem(status, said.detail || said.title || fallback, said.requestId ?? '');
  } catch {
    return new Problem(status, fallback || `The server answered ${status}.`);
  }
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const key = storedKey();
  if (key !== '') headers.set('Authorization', `Bearer ${key}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: 'omit' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, 'The server cannot be reached. Check that it runs, then try again.');
  }
  if (!response.ok) {
    throw parseProblem(response.status, await response.text(), response.statusText);
  }
  return response;
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, { signal, headers: { Accept: 'application/json' } });
  return (await response.json()) as T;
}

export async function postJson<T>(path: string, body: unknown = {}): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

// "/v1/customers" with the parameters that are set.
export function withQuery(path: string, query: Record<string, string | number | boolean>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== '' && value !== false) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function customerPath(customerId: string, rest = ''): string {
  return `/v1/customers/${encodeURIComponent(customerId)}${rest}`;
}

export function callPath(customerId: string, callId: string): string {
  return customerPath(customerId, `/calls/${encodeURIComponent(callId)}`);
}

import { customerPath, getJson } from '../../api/client.ts';
import { collect } from '../../api/pages.ts';
import { useQuery } from '../../api/query.ts';
import type { CallSummary, GetDealResponse, ListCallsResponse } from '../../api/types.ts';

// "call 3", by the customer's calls in order of their time.
export function callNames(callIds: string[]): (callId: string) => string {
  const index = new Map(callIds.map((callId, i) => [callId, i + 1]));
  return (callId) => (index.has(callId) ? `call ${index.get(callId)}` : 'a call');
}

export function useDeal(customerId: string) {
  const path = `/v1/deals/${encodeURIComponent(customerId)}`;
  return useQuery(`deal:${customerId}`, (signal) => getJson<GetDealResponse>(path, signal));
}

export function useCalls(customerId: string) {
  return useQuery(`calls:${customerId}`, (signal) =>
    collect<ListCallsResponse, CallSummary>(customerPath(customerId, '/calls'), { pageSize: 1000 },
      (page) => page.calls, signal));
}

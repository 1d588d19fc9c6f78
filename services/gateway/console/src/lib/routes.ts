// Addresses of the views. Pure: what reads and changes the browser's address is in ui/navigation.

export type View =
  | { name: 'customers' }
  | { name: 'deal'; customerId: string; tab: DealTab }
  | { name: 'call'; customerId: string; callId: string }
  | { name: 'process' }
  | { name: 'routing' }
  | { name: 'decision'; decisionId: string }
  | { name: 'jobs' }
  | { name: 'unknown' };

export const dealTabs = ['story', 'profile', 'facts', 'emails'] as const;
export type DealTab = (typeof dealTabs)[number];

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function matchView(pathname: string): View {
  const parts = pathname.split('/').filter((part) => part !== '').map(decode);
  const [first, second, third, fourth] = parts;
  if (first === undefined || (first === 'customers' && parts.length === 1)) {
    return { name: 'customers' };
  }
  if (first === 'customers' && second !== undefined) {
    if (parts.length === 2) return { name: 'deal', customerId: second, tab: 'story' };
    if (third === 'calls' && fourth !== undefined && parts.length === 4) {
      return { name: 'call', customerId: second, callId: fourth };
    }
    const tab = dealTabs.find((name) => name === third && name !== 'story');
    if (tab !== undefined && parts.length === 3) return { name: 'deal', customerId: second, tab };
    return { name: 'unknown' };
  }
  if (first === 'routing' && second === 'decisions' && third !== undefined && parts.length === 3) {
    return { name: 'decision', decisionId: third };
  }
  if (parts.length === 1) {
    if (first === 'process') return { name: 'process' };
    if (first === 'routing') return { name: 'routing' };
    if (first === 'jobs') return { name: 'jobs' };
  }
  return { name: 'unknown' };
}

export function dealUrl(customerId: string, tab: DealTab = 'story'): string {
  const base = `/customers/${encodeURIComponent(customerId)}`;
  return tab === 'story' ? base : `${base}/${tab}`;
}

export function callUrl(customerId: string, callId: string): string {
  return `${dealUrl(customerId)}/calls/${encodeURIComponent(callId)}`;
}

export function decisionUrl(decisionId: string): string {
  return `/routing/decisions/${encodeURIComponent(decisionId)}`;
}

// Some words of a call, as the part of an address after "?".
export interface Place {
  customerId: string;
  callId: string;
  turn: number;
  quote: string;
}

export function placeToSearch(place: Place, search: string): string {
  const parameters = new URLSearchParams(search);
  parameters.set('of', place.customerId);
  parameters.set('call', place.callId);
  parameters.set('turn', String(place.turn));
  parameters.set('words', place.quote);
  return `?${parameters}`;
}

export function placeFromSearch(search: string): Place | undefined {
  const parameters = new URLSearchParams(search);
  const customerId = parameters.get('of');
  const callId = parameters.get('call');
  const turn = Number(parameters.get('turn'));
  if (!customerId || !callId || !Number.isInteger(turn) || turn < 0) return undefined;
  return { customerId, callId, turn, quote: parameters.get('words') ?? '' };
}

export function withoutPlace(search: string): string {
  const parameters = new URLSearchParams(search);
  for (const name of ['of', 'call', 'turn', 'words']) parameters.delete(name);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

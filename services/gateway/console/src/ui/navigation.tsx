import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';

export interface Address {
  pathname: string;
  search: string;
}

const AddressContext = createContext<Address>({ pathname: '/', search: '' });
const changed = 'throughline:navigated';

function current(): Address {
  return { pathname: location.pathname, search: location.search };
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  const from = location.pathname + location.search;
  if (to.startsWith('?') || to === '') to = location.pathname + to;
  if (to === from) return;
  if (options.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  dispatchEvent(new Event(changed));
}

// Links to our own views change the address without loading the page anew.
function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target || link.hasAttribute('download')) return;
  if (link.origin !== location.origin || link.pathname.startsWith('/v1/')) return;
  if (link.hash !== '' && link.pathname === location.pathname) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

export function NavigationProvider({ children }: { children: ComponentChildren }) {
  const [address, setAddress] = useState(current);
  const path = useRef(address.pathname);
  useEffect(() => {
    const update = () => setAddress(current());
    addEventListener('popstate', update);
    addEventListener(changed, update);
    document.addEventListener('click', followLink);
    return () => {
      removeEventListener('popstate', update);
      removeEventListener(changed, update);
      document.removeEventListener('click', followLink);
    };
  }, []);
  useEffect(() => {
    if (path.current === address.pathname) return;
    path.current = address.pathname;
    scrollTo(0, 0);
    // Readers of the screen hear where they have come to.
    document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [address.pathname]);
  return <AddressContext.Provider value={address}>{children}</AddressContext.Provider>;
}

export function useAddress(): Address {
  return useContext(AddressContext);
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Throughline' : `${title} · Throughline`;
  }, [title]);
}

// One parameter of the address, as state that a link can carry. Empty values leave the address.
export function useParameter(name: string, fallback = ''): [string, (value: string) => void] {
  const { search } = useAddress();
  const value = new URLSearchParams(search).get(name) ?? fallback;
  const set = (next: string) => {
    const parameters = new URLSearchParams(location.search);
    if (next === fallback) parameters.delete(name);
    else parameters.set(name, next);
    const text = parameters.toString();
    navigate(text === '' ? '' : `?${text}`, { replace: true });
  };
  return [value, set];
}

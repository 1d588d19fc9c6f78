import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

// A dialog of the browser's own: it keeps the focus inside while it is modal. Escape closes it, and
// the focus goes back to where it came from.
export function Dialog({ label, kind, modal, close, children }: {
  label: string;
  kind: 'drawer' | 'box';
  modal: boolean;
  close: () => void;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const closing = useRef(close);
  closing.current = close;

  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    return () => opener?.isConnected && opener.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (modal) dialog.showModal();
    else dialog.show();
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus({ preventScroll: true });
    return () => dialog.close();
  }, [modal]);

  useEffect(() => {
    if (modal) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) closing.current();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [modal]);

  return (
    <dialog
      ref={element}
      class={`dialog dialog-${kind}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        closing.current();
      }}
      onClick={(event) => {
        if (modal && event.target === element.current) closing.current();
      }}
    >
      {children}
    </dialog>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { storedKey, storeKey } from '../api/client.ts';
import { refreshEverything } from '../api/query.ts';
import { Dialog } from './dialog.tsx';

const asked = 'throughline:ask-for-key';

export function askForKey(): void {
  dispatchEvent(new Event(asked));
}

export function KeyDialog() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const show = () => setOpen(true);
    addEventListener(asked, show);
    return () => removeEventListener(asked, show);
  }, []);
  if (!open) return null;
  const close = () => setOpen(false);
  const save = (key: string) => {
    storeKey(key.trim());
    close();
    refreshEverything();
  };
  return (
    <Dialog label="API key" kind="box" modal close={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save(String(new FormData(event.currentTarget).get('key') ?? ''));
        }}
      >
        <h2 class="dialog-title">API key</h2>
        <p class="hint" id="key-hint">
          This server lets in holders of a key. It is kept in this tab and forgotten when you close it.
        </p>
        <label class="field">
          <span class="field-label">Key</span>
          <input
            data-autofocus
            class="input mono"
            name="key"
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-describedby="key-hint"
            defaultValue={storedKey()}
          />
        </label>
        <div class="row-gap row-end">
          {storedKey() !== '' && (
            <button type="button" class="button" onClick={() => save('')}>
              Forget it
            </button>
          )}
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button button-strong">
            Use this key
          </button>
        </div>
      </form>
    </Dialog>
  );
}

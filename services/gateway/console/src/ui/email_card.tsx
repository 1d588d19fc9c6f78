import type { Email, EmailAddress } from '../api/types.ts';
import { plural } from '../lib/format.ts';
import { cutAtClaims } from '../lib/quotes.ts';
import { CopyButton } from './atoms.tsx';
import { Claim, WordsList } from './evidence.tsx';

function addresses(list: EmailAddress[]): string {
  return list.map(({ name, address }) => (address === '' ? name : `${name} <${address}>`)).join(', ');
}

// An e-mail as it will be read; each claim in it leads to its words.
export function EmailCard({ email }: { email: Email }) {
  const claims = email.claims ?? [];
  const to = addresses(email.to ?? []);
  const cc = addresses(email.cc ?? []);
  return (
    <article class="email" aria-label={`E-mail: ${email.subject}`}>
      <header class="email-head">
        <dl>
          <div><dt>To</dt><dd>{to || <span class="muted">Nobody could be addressed</span>}</dd></div>
          {cc !== '' && <div><dt>Cc</dt><dd>{cc}</dd></div>}
          <div><dt>Subject</dt><dd><strong>{email.subject}</strong></dd></div>
        </dl>
        <CopyButton text={email.body} what="text" />
      </header>
      <p class="email-body">
        {cutAtClaims(email.body, claims).map((part, i) =>
          part.claim ? <Claim key={i} evidence={part.claim.evidence?.[0]}>{part.text}</Claim> : part.text)}
      </p>
      {claims.length > 0 && (
        <details class="more">
          <summary>{plural(claims.length, 'claim')}, each with its words</summary>
          <ul class="entries">
            {claims.map((claim, i) => (
              <li key={i} class="entry">
                <p class="entry-text">{claim.text}</p>
                <div class="entry-source"><WordsList evidence={claim.evidence ?? []} /></div>
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

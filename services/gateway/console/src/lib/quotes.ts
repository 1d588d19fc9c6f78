// Finding a quote in the turn it was taken from.

export interface Cut {
  before: string;
  match: string; // empty when the quote is not there
  after: string;
}

interface Folded {
  text: string;
  at: number[]; // of each character of `text`, its place in the original
}

// Case, punctuation style and white space folded, as the grounding of claims does.
function fold(original: string): Folded {
  let text = '';
  const at: number[] = [];
  for (let i = 0; i < original.length; ++i) {
    let c = original.charAt(i).toLowerCase();
    if (/\s/.test(c)) {
      if (text.endsWith(' ')) continue;
      c = ' ';
    }
    if (c === '\u2019' || c === '\u2018') c = "'";
    if (c === '\u201c' || c === '\u201d') c = '"';
    for (const part of c) {
      text += part;
      at.push(i);
    }
  }
  return { text, at };
}

export function cutAtQuote(turn: string, quote: string): Cut {
  const none = { before: turn, match: '', after: '' };
  if (quote === '') return none;
  const exact = turn.indexOf(quote);
  if (exact >= 0) return cut(turn, exact, exact + quote.length);
  const folded = fold(turn);
  const wanted = fold(quote).text.trim();
  const found = wanted === '' ? -1 : folded.text.indexOf(wanted);
  if (found < 0) return none;
  const start = folded.at[found] ?? 0;
  const last = folded.at[found + wanted.length - 1] ?? start;
  return cut(turn, start, last + 1);
}

function cut(text: string, start: number, end: number): Cut {
  return { before: text.slice(0, start), match: text.slice(start, end), after: text.slice(end) };
}

// Cuts a text at every claim that stands in it, in order; claims that overlap an earlier one are
// left out.
export function cutAtClaims<Claim extends { text: string }>(
  text: string,
  claims: Claim[],
): { text: string; claim?: Claim }[] {
  const places = claims
    .map((claim) => ({ claim, start: claim.text === '' ? -1 : text.indexOf(claim.text) }))
    .filter((place) => place.start >= 0)
    .sort((a, b) => a.start - b.start);
  const parts: { text: string; claim?: Claim }[] = [];
  let end = 0;
  for (const { claim, start } of places) {
    if (start < end) continue;
    if (start > end) parts.push({ text: text.slice(end, start) });
    parts.push({ text: claim.text, claim });
    end = start + claim.text.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

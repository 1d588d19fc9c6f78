import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutAtClaims, cutAtQuote } from './quotes.ts';

test('a quote is cut out of its turn', () => {
  assert.deepEqual(cutAtQuote('Well, it is my call. Yes.', 'it is my call'), {
    before: 'Well, ', match: 'it is my call', after: '. Yes.',
  });
});

test('curly quotes, case and folded white space do not hide it', () => {
  const { match } = cutAtQuote('So  that’s\nfine BY me.', "that's fine by me");
  assert.equal(match, 'that’s\nfine BY me');
});

test('characters that grow when folded keep the places right', () => {
  assert.equal(cutAtQuote('İki İzmir call', 'izmir call').match, '');
  assert.equal(cutAtQuote('İki  Ankara call', 'ANKARA CALL').match, 'Ankara call');
});

test('words that are not there are not marked', () => {
  assert.deepEqual(cutAtQuote('Nothing of it.', 'something else'), { before: 'Nothing of it.', match: '', after: '' });
  assert.equal(cutAtQuote('Anything', '').match, '');
});

test('an e-mail is cut at its claims, in the order of its text', () => {
  const claims = [{ text: 'Second claim.' }, { text: 'First claim.' }, { text: 'Not in it.' }];
  assert.deepEqual(cutAtClaims('Hi. First claim. Second claim. Bye.', claims), [
    { text: 'Hi. ' },
    { text: 'First claim.', claim: claims[1] },
    { text: ' ' },
    { text: 'Second claim.', claim: claims[0] },
    { text: ' Bye.' },
  ]);
});

test('of claims that overlap the first one counts', () => {
  const parts = cutAtClaims('One two three', [{ text: 'One two' }, { text: 'two three' }]);
  assert.deepEqual(parts.map((part) => part.text), ['One two', ' three']);
});

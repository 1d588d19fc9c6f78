import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callUrl, dealUrl, decisionUrl, matchView, placeFromSearch, placeToSearch, withoutPlace } from './routes.ts';

test('every view has an address that leads back to it', () => {
  const id = 'Müller & Söhne/west';
  assert.deepEqual(matchView('/'), { name: 'customers' });
  assert.deepEqual(matchView(dealUrl(id)), { name: 'deal', customerId: id, tab: 'story' });
  assert.deepEqual(matchView(dealUrl(id, 'facts')), { name: 'deal', customerId: id, tab: 'facts' });
  assert.deepEqual(matchView(callUrl(id, 'a/b')), { name: 'call', customerId: id, callId: 'a/b' });
  assert.deepEqual(matchView(decisionUrl('dec_1')), { name: 'decision', decisionId: 'dec_1' });
  assert.deepEqual(matchView('/routing'), { name: 'routing' });
  assert.deepEqual(matchView('/process'), { name: 'process' });
  assert.deepEqual(matchView('/jobs/'), { name: 'jobs' });
});

test('other addresses are nobody’s', () => {
  for (const path of ['/nowhere', '/jobs/1', '/customers/x/story', '/customers/x/calls', '/routing/decisions']) {
    assert.deepEqual(matchView(path), { name: 'unknown' }, path);
  }
});

test('a broken escape is taken as it stands', () => {
  assert.deepEqual(matchView('/customers/50%25%'), { name: 'deal', customerId: '50%25%', tab: 'story' });
});

test('words of a call travel in the address beside a view’s own parameters', () => {
  const place = { customerId: 'acme', callId: 'c 1', turn: 4, quote: 'a & b = “c”?' };
  const search = placeToSearch(place, '?kind=all');
  assert.deepEqual(placeFromSearch(search), place);
  assert.equal(withoutPlace(search), '?kind=all');
  assert.equal(withoutPlace(placeToSearch(place, '')), '');
});

test('an address without a full place names none', () => {
  assert.equal(placeFromSearch('?of=acme&turn=1'), undefined);
  assert.equal(placeFromSearch('?of=acme&call=c&turn=-1'), undefined);
  assert.equal(placeFromSearch('?of=acme&call=c&turn=x'), undefined);
});

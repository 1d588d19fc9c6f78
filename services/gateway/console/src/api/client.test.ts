import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callPath, parseProblem, withQuery } from './client.ts';

test('a problem keeps its detail and its request', () => {
  const problem = parseProblem(404, '{"title":"Not Found","detail":"no such customer","requestId":"r1"}');
  assert.equal(problem.detail, 'no such customer');
  assert.equal(problem.requestId, 'r1');
  assert.equal(problem.needsKey, false);
});

test('an answer that is no problem document is told by its status', () => {
  assert.equal(parseProblem(502, '<html>').detail, 'The server answered 502.');
  assert.equal(parseProblem(401, '').needsKey, true);
});

test('only parameters with a value are sent', () => {
  assert.equal(withQuery('/v1/jobs', { state: '', pageSize: 50, all: false }), '/v1/jobs?pageSize=50');
  assert.equal(withQuery('/v1/jobs', { state: '' }), '/v1/jobs');
});

test('ids are escaped in paths', () => {
  assert.equal(callPath('a/b', 'ü 1'), '/v1/customers/a%2Fb/calls/%C3%BC%201');
});

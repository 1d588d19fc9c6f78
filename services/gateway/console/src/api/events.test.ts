import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventParser, readEvents } from './events.ts';

const stream = 'event: step_started\ndata: {"step":"é"}\n\n: keep open\n\nevent: result\r\ndata: a\r\ndata: b\r\n\r\n';
const events = [
  { name: 'step_started', data: '{"step":"é"}' },
  { name: 'result', data: 'a\nb' },
];

test('events are the same wherever the stream is cut', () => {
  for (let cut = 0; cut <= stream.length; ++cut) {
    const parser = new EventParser();
    const got = [...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))];
    assert.deepEqual(got, events, `cut at ${cut}`);
  }
});

test('an event that never ended is not given', () => {
  assert.deepEqual(new EventParser().push('event: result\ndata: half'), []);
});

test('a character cut in two bytes is put together', async () => {
  const bytes = new TextEncoder().encode(stream);
  const cut = bytes.indexOf(0xc3) + 1;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.slice(0, cut));
      controller.enqueue(bytes.slice(cut));
      controller.close();
    },
  });
  const got = [];
  for await (const event of readEvents(body)) got.push(event);
  assert.deepEqual(got, events);
});

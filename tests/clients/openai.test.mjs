import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { ANSWER, startProvider } from "./provider.mjs";
import { startServer } from "./server.mjs";

const routerConfig = (url) => `
providers:
  mock:
    type: openai
    base_url: ${url}
models:
  - name: mock/model
    provider: mock
    id: mock
    max_output_tokens: 256
    timeout: 10s
    price: {input: 1.0, output: 2.0}
defaults:
  threshold: 0.72
tasks:
  general:
    cascade: [mock/model]
`;

let provider;
let server;
let client;
before(async () => {
  provider = await startProvider();
  server = await startServer(routerConfig(provider.url));
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
after(async () => {
  await server.stop();
  await provider.stop();
});

test("models are listed, and the cascade is one of them", async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  assert.ok(models.includes("auto"));
  assert.ok(models.length > 1);
});

test("a wrong request names its field", async () => {
  await assert.rejects(
    client.chat.completions.create({ model: "auto", messages: [] }),
    (error) => error.status === 400 && error.param === "messages",
  );
  await assert.rejects(
    client.chat.completions.create({
      model: "auto",
      messages: [{ role: "user", content: "hi" }],
      tools: [{ type: "function", function: { name: "f", parameters: {} } }],
    }),
    (error) => error.status === 400 && error.param === "tools",
  );
});

test("a prompt is answered, with the decision and its cost in the headers", async () => {
  const { data, response } = await client.chat.completions
    .create({ model: "auto", messages: [{ role: "user", content: "What is 2 + 2?" }] })
    .withResponse();
  assert.equal(data.choices[0].message.content, ANSWER);
  assert.equal(data.choices[0].finish_reason, "stop");
  assert.equal(data.model, "mock/model");
  assert.equal(data.usage.total_tokens, 19);
  assert.equal(response.headers.get("x-throughline-model"), "mock/model");
  assert.match(response.headers.get("x-throughline-decision"), /\S/);
  assert.match(response.headers.get("x-throughline-cost-usd"), /^0\.0\d+$/);
});

test("a stream arrives in pieces and ends whole", async () => {
  const stream = await client.chat.completions.create({
    model: "mock/model",
    messages: [{ role: "user", content: "What is 2 + 2?" }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage;
  let decision;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
    decision = chunk.throughline ?? decision;
  }
  assert.equal(text, ANSWER);
  assert.equal(usage.completion_tokens, 9);
  assert.equal(decision.model, "mock/model");
});

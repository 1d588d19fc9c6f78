import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { startServer } from "./server.mjs";

const callFile = new URL("../data/deals/01-meridian-logistics/call-1.txt", import.meta.url);

let server;
let client;
before(async () => {
  server = await startServer();
  client = new Client({ name: "test", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
});
after(async () => {
  await client.close();
  await server.stop();
});

test("the tools are told with what they take", async () => {
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name).sort(), [
    "get_deal",
    "get_profile",
    "process_call",
    "recall",
  ]);
  assert.deepEqual(tools.find((tool) => tool.name === "recall").inputSchema.required, [
    "customer_id",
    "query",
  ]);
});

test("a call is processed, and what it said is there to recall", async () => {
  const processed = await client.callTool({
    name: "process_call",
    arguments: { customer_id: "meridian", transcript: readFileSync(callFile, "utf8") },
  });
  assert.equal(processed.isError, false);
  const result = JSON.parse(processed.content[0].text);
  assert.equal(result.analysis.primaryBlocker.category, "BLOCKER_CATEGORY_PRICE");
  const recalled = await client.callTool({
    name: "recall",
    arguments: { customer_id: "meridian", query: "price" },
  });
  assert.match(recalled.content[0].text, /\w/);
  const deal = await client.callTool({ name: "get_deal", arguments: { customer_id: "meridian" } });
  assert.ok(JSON.parse(deal.content[0].text).blockers.length > 0);
});

test("a wrong argument is for the model to read", async () => {
  const wrong = await client.callTool({ name: "recall", arguments: { customer_id: "meridian" } });
  assert.equal(wrong.isError, true);
  assert.match(wrong.content[0].text, /query/);
  const unknown = await client.callTool({ name: "get_profile", arguments: { customer_id: "nobody" } });
  assert.equal(unknown.isError, true);
});

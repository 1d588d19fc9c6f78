import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HindsightClient } from "@vectorize-io/hindsight-client";
import { startServer } from "./server.mjs";

let server;
let client;
before(async () => {
  server = await startServer();
  client = new HindsightClient({ baseUrl: server.url });
});
after(() => server.stop());

test("what is retained is recalled, with its tags, metadata and document", async () => {
  const kept = await client.retain("acme", "Ana prefers PDF by e-mail.", {
    tags: ["customer:acme"],
    metadata: { source: "call" },
    documentId: "call-1",
    timestamp: new Date("2026-03-01T10:00:00Z"),
  });
  assert.equal(kept.success, true);
  assert.equal(kept.items_count, 1);
  const found = await client.recall("acme", "How does Ana want documents?", { budget: "high" });
  assert.equal(found.results[0].text, "Ana prefers PDF by e-mail.");
  assert.deepEqual(found.results[0].tags, ["customer:acme"]);
  assert.deepEqual(found.results[0].metadata, { source: "call" });
  assert.equal(found.results[0].document_id, "call-1");
});

test("tags filter in all their modes", async () => {
  await client.retainBatch("tags", [
    { content: "Alpha likes tea.", tags: ["a"] },
    { content: "Beta likes tea.", tags: ["a", "b"] },
    { content: "Nobody likes tea." },
  ]);
  const texts = async (tagsMatch, tags) =>
    (await client.recall("tags", "who likes tea", { tags, tagsMatch })).results
      .map((result) => result.text.split(" ")[0])
      .sort();
  assert.deepEqual(await texts("any", ["b"]), ["Beta", "Nobody"]);
  assert.deepEqual(await texts("any_strict", ["a"]), ["Alpha", "Beta"]);
  assert.deepEqual(await texts("all_strict", ["a", "b"]), ["Beta"]);
  assert.deepEqual(await texts("exact", ["a"]), ["Alpha"]);
  await assert.rejects(texts("all_strict", []));
});

test("banks never see each other", async () => {
  await client.retain("one", "The vault code is blue.");
  await client.retain("two", "Nothing of note.");
  const found = await client.recall("two", "vault code", { budget: "high" });
  assert.ok(found.results.every((result) => !result.text.includes("vault")));
  assert.deepEqual((await client.recall("unknown", "anything")).results, []);
});

test("an asynchronous retain can be followed, and repeated without a second row", async () => {
  const operationId = "3b241101-e2bb-4255-8caf-4136c566a962";
  for (let i = 0; i < 2; ++i) {
    const kept = await client.retain("async", "Once only.", { async: true, operationId });
    assert.equal(kept.operation_id, operationId);
  }
  const listed = await client.listMemories("async");
  assert.equal(listed.total, 1);
});

test("a bank is made, described and forgotten", async () => {
  const bank = await client.createBank("gone", { name: "Gone" });
  assert.equal(bank.bank_id, "gone");
  await client.retain("gone", "Remember me.");
  assert.equal((await client.getBankProfile("gone")).bank_id, "gone");
  await client.deleteBank("gone");
  assert.deepEqual((await client.recall("gone", "remember")).results, []);
});

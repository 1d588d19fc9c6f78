// One call over HTTP, told step by step as server-sent events. Needs no packages.
//
//   node node.mjs http://HOST:PORT CUSTOMER FILE
import { readFile } from "node:fs/promises";

const [server, customer, path] = process.argv.slice(2);
if (!path) {
  console.error("usage: node node.mjs http://HOST:PORT CUSTOMER FILE");
  process.exit(2);
}

const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
if (process.env.THROUGHLINE_KEY) headers.Authorization = `Bearer ${process.env.THROUGHLINE_KEY}`;
const response = await fetch(`${server}/v1/calls`, {
  method: "POST",
  headers,
  body: JSON.stringify({ customerId: customer, transcript: await readFile(path, "utf8") }),
});
if (!response.ok) {
  console.error((await response.json()).detail);
  process.exit(1);
}

let text = "";
for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
  text += piece;
  for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
    show(text.slice(0, end));
    text = text.slice(end + 2);
  }
}

function show(event) {
  const field = (name) =>
    event
      .split("\n")
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join("\n");
  const data = JSON.parse(field("data"));
  if (field("event") === "step_finished") console.error(`${data.step}: ${data.summary}`);
  if (field("event") === "error") throw new Error(data.detail);
  if (field("event") !== "result") return;
  console.log("blocks:", data.analysis.primaryBlocker?.description ?? "nothing");
  console.log("subject:", data.email.subject ?? "");
}

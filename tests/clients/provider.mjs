// A model provider on loopback that answers every chat with the same words, whole or streamed.
import { createServer } from "node:http";

export const ANSWER = "The sum of 2 and 2 is 4.";

export async function startProvider() {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => answer(JSON.parse(body), response));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function answer(asked, response) {
  const usage = { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19 };
  const head = { id: "c1", created: 1, model: asked.model };
  if (!asked.stream) {
    response.setHeader("content-type", "application/json");
    const message = { role: "assistant", content: ANSWER };
    response.end(
      JSON.stringify({ ...head, object: "chat.completion", usage, choices: [{ index: 0, message, finish_reason: "stop" }] }),
    );
    return;
  }
  response.setHeader("content-type", "text/event-stream");
  const send = (choices, more = {}) =>
    response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...more })}\n\n`);
  for (const word of ANSWER.split(/(?<= )/)) send([{ index: 0, delta: { content: word }, finish_reason: null }]);
  send([{ index: 0, delta: {}, finish_reason: "stop" }]);
  send([], { usage });
  response.end("data: [DONE]\n\n");
}

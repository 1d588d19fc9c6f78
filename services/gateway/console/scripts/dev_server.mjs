// Serves the console, built anew for each page load, and passes /v1 on to a gateway
// (THROUGHLINE_GATEWAY, http://127.0.0.1:8080 by default). For development only.
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { bundle } from './bundle.mjs';

const gateway = new URL(process.env.THROUGHLINE_GATEWAY ?? 'http://127.0.0.1:8080');
const port = Number(process.env.PORT ?? 5173);
const out = resolve('dist');
const types = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

function passOn(from, to) {
  const upstream = request(new URL(from.url, gateway), { method: from.method, headers: from.headers }, (answer) => {
    to.writeHead(answer.statusCode, answer.headers);
    answer.pipe(to);
  });
  upstream.on('error', (error) => to.writeHead(502).end(error.message));
  from.pipe(upstream);
}

createServer(async (from, to) => {
  if (from.url.startsWith('/v1/')) return passOn(from, to);
  const { pathname } = new URL(from.url, 'http://localhost');
  const type = types[extname(pathname)];
  try {
    if (!type) await bundle(out);
    const content = await readFile(join(out, type ? normalize(pathname) : 'index.html'));
    to.writeHead(200, { 'Content-Type': type ?? 'text/html; charset=utf-8' }).end(content);
  } catch (error) {
    to.writeHead(500).end(String(error));
  }
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}, API from ${gateway}`));

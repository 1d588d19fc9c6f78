// dclint over the compose files, by its library: its command needs a newer Node than Debian's.
import fs from 'node:fs';
import path from 'node:path';
import { DCLinter } from 'dclint';
import { here, root } from './helm.mjs';

const config = { quiet: false, debug: false, exclude: [], ...JSON.parse(fs.readFileSync(path.join(here, '.dclintrc.json'), 'utf8')) };
const files = ['deploy/compose.yaml', 'deploy/compose.tls.yaml', 'deploy/compose.override.example.yaml'];
const results = new DCLinter(config).lintFiles(files.map((file) => path.join(root, file)), false);
const messages = results.flatMap(({ filePath, messages }) =>
  messages.map(({ line, rule, message }) => `${path.relative(root, filePath)}:${line}: ${message} (${rule})`));
for (const message of messages) console.log(message);
console.log(`${results.length} compose files, ${messages.length} problems`);
process.exit(messages.length || results.length !== files.length ? 1 : 0);

// build.mjs [DIRECTORY]: builds the console there; dist when not named.
import { resolve } from 'node:path';
import { bundle } from './bundle.mjs';

await bundle(resolve(process.argv[2] ?? 'dist'));

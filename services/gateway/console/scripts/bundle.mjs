// The console as files: index.html, static files, and assets/ whose names carry their hash, so that
// browsers may keep them for ever.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const source = new URL('../src/', import.meta.url).pathname;

export async function bundle(out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(source, 'main.tsx')],
    outdir: join(out, 'assets'),
    publicPath: '/assets',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file' },
    metafile: true,
    logLevel: 'warning',
  });
  const built = Object.keys(metafile.outputs).map((path) => `/${relative(out, path)}`);
  const tags = built.flatMap((path) => {
    if (path.endsWith('.css')) return [`<link rel="stylesheet" href="${path}" />`];
    return path.endsWith('.js') ? [`<script type="module" src="${path}"></script>`] : [];
  });
  const page = readFileSync(join(source, 'index.html'), 'utf8');
  writeFileSync(join(out, 'index.html'), page.replace('<!-- assets -->', tags.join('\n    ')));
  cpSync(join(source, 'static'), out, { recursive: true });
}

import { defineConfig } from 'vite';

// Where `npm run dev` finds a gateway.
const gateway = process.env.THROUGHLINE_GATEWAY ?? 'http://127.0.0.1:8080';

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    outDir: process.env.CONSOLE_OUT_DIR ?? 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the gateway's policy allows no data: fonts
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { '/v1': gateway } },
});

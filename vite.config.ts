// How the web softphone becomes a folder of files that the daemon can serve: `vite build`. Tests have vitest.config.ts.
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'web/softphone',
  // The page may be served below any path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/softphone',
    emptyOutDir: true,
    target: 'es2022',
    // The content policy lets nothing come from a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})

import { defineConfig } from 'vite'

/** What a product has of its own, once: two Reacts on a page do not know each other's hooks. */
const OF_THE_PRODUCT = /^(?:react|react-dom|@base-ui\/react)(?:\/|$)/

/** The browser client as a product installs it; `vite.config.ts` builds our own pages. */
export default defineConfig({
  publicDir: false,
  // Also where `NODE_ENV` is that of a test.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  build: {
    outDir: 'dist/client',
    emptyOutDir: true,
    // The product's own build makes it small, for the browsers that it has.
    minify: false,
    target: 'es2022',
    lib: {
      entry: { client: 'client/index.ts', react: 'client/react/index.ts' },
      formats: ['es'],
    },
    rollupOptions: {
      external: OF_THE_PRODUCT,
      output: {
        chunkFileNames: '[name].js',
        // To frameworks with server components: hooks are within.
        banner: ({ name }) => (name === 'react' ? "'use client';" : ''),
      },
    },
  },
})

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { apiDocs } from './scripts/web/api-docs.ts'
import { buildPages } from './scripts/web/build-pages.ts'

export default defineConfig({
  root: 'web',
  plugins: [react(), apiDocs()],
  builder: { buildApp: buildPages },
  environments: {
    client: {
      build: {
        outDir: '../dist/web',
        emptyOutDir: true,
        manifest: true,
        rollupOptions: { input: 'web/main.tsx' },
      },
    },
    // Renders the pages during the build; nobody deploys it.
    ssr: {
      build: {
        ssr: true,
        outDir: '../dist/render',
        emptyOutDir: true,
        rollupOptions: { input: 'web/render.tsx' },
      },
    },
  },
})

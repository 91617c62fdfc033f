import { defineConfig } from 'vite'

export default defineConfig({
  root: 'web',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    rollupOptions: { input: ['web/index.html', 'web/resume.html', 'web/unsubscribe.html'] },
  },
})

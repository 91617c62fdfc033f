import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Plugin } from 'vite'
import { openApiDocument } from '../../src/http/openapi/document.ts'

/** Apart from our own assets, whose names change with what is in them. */
const FOLDER = 'swagger-ui'
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js']
/** It would ask a server of its makers whether the document is valid; a test of ours has. */
const OPTIONS = { url: '/openapi.json', dom_id: '#docs', validatorUrl: null }

/**
 * Writes `openapi.json` beside the pages, and what `docs.html` shows it with. Made when the pages are, so
 * that nothing of it is in the Worker.
 */
export const apiDocs = (): Plugin => ({
  name: 'foyer:api-docs',
  applyToEnvironment: ({ name }) => name === 'client',
  generateBundle() {
    const emit = (fileName: string, source: string) =>
      this.emitFile({ type: 'asset', fileName, source })
    emit('openapi.json', JSON.stringify(openApiDocument()))
    emit(`${FOLDER}/show.js`, `SwaggerUIBundle(${JSON.stringify(OPTIONS)})\n`)
    const { resolve } = createRequire(import.meta.url)
    for (const file of FILES) {
      emit(`${FOLDER}/${file}`, readFileSync(resolve(`swagger-ui-dist/${file}`), 'utf8'))
    }
  },
})

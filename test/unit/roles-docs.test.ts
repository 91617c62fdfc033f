import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/http/roles.ts'

const rows = Object.entries(ROUTES).map(([route, { roles, expired, shown }]) => {
  const who = roles === 'everybody' ? 'none' : roles.join(', ')
  const remark = [shown, expired === true ? 'an expired one, too' : undefined].filter(Boolean)
  return `| \`${route}\` | ${who} | ${remark.join(', ')} |`
})

const page = `# Who may call what

Printed from \`src/http/roles.ts\`, which is what the middleware works by: \`npx vitest run --project unit roles-docs -u\`.

Without a valid token where one is needed: 401. With a valid one of another role: 403. A route that is not in the table is not served. A route for no role in particular may still ask to be shown something. The pages are files and open to all.

| route | role | shows |
|---|---|---|
${rows.join('\n')}
`

test('docs/roles.md is the table of roles', async () => {
  await expect(page).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/roles.md'))
})

import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, test } from 'vitest'
import { ERROR_STATUS } from '../../src/contract/errors.ts'
import { DESCRIPTIONS, refusalsOf } from '../../src/http/openapi/descriptions.ts'
import { openApiDocument } from '../../src/http/openapi/document.ts'
import { ROUTES, type Route } from '../../src/http/roles.ts'

// The way it leaves the build: no `undefined` and nothing else that is not JSON.
const document = JSON.parse(JSON.stringify(openApiDocument())) as ReturnType<typeof openApiDocument>

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly responses: Readonly<Record<string, { readonly headers: object }>>
}

const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Readonly<Record<string, Operation>>).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}` as Route,
    operation,
  })),
)

describe('OpenAPI', () => {
  test('the document is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate({ ...document })
    expect(result.errors).toBeUndefined()
    expect(result.valid).toBe(true)
    expect(document.openapi).toBe('3.1.1')
  })

  test('the validator would say otherwise', async () => {
    const { info: _, ...without } = document
    expect((await new Validator().validate(without)).valid).toBe(false)
  })

  test('has every route that is served, and no other', () => {
    expect(operations.map(({ route }) => route).toSorted()).toEqual(Object.keys(ROUTES).toSorted())
  })

  test('names each operation once', () => {
    const names = operations.map(({ operation }) => operation.operationId)
    expect(new Set(names).size).toBe(names.length)
  })

  test('leads to no schema that is not there', () => {
    const there = Object.keys(document.components?.schemas ?? {})
    const named = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)]
    expect(named.length).toBeGreaterThan(20)
    for (const [, name = ''] of named) expect(there).toContain(name)
  })

  test.each(operations)('$route says who may call it, and what can come of it', (one) => {
    const { route, operation } = one
    const { roles } = ROUTES[route]
    expect(operation.security !== undefined).toBe(roles !== 'everybody')
    for (const role of roles === 'everybody' ? ['everybody'] : roles) {
      expect(operation.description).toContain(role)
    }
    const statuses = [
      ...Object.keys(DESCRIPTIONS[route].answers),
      ...[...refusalsOf(route)].map((code) => String(ERROR_STATUS[code])),
    ]
    expect(Object.keys(operation.responses).toSorted()).toEqual([...new Set(statuses)].toSorted())
    for (const { headers } of Object.values(operation.responses)) {
      expect(headers).toHaveProperty(['X-Request-Id'])
    }
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    const placed = [...route.matchAll(/:(\w+)/g)].map(([, name]) => name)
    expect(inPath.map(({ name }) => name)).toEqual(placed)
  })

  test.each<[Route, string]>([
    ['POST /api/onboarding/speculative', 'Idempotency-Key'],
    ['POST /api/onboarding/speculative', 'Turnstile-Token'],
    ['GET /api/onboarding/stream', 'Last-Event-ID'],
  ])('%s takes the header %s', (route, header) => {
    const { operation } = operations.find((one) => one.route === route) ?? {}
    const described = operation?.parameters?.find(({ name }) => name === header)
    expect(described).toMatchObject({ in: 'header' })
    expect(described).not.toHaveProperty('required', true)
  })

  test('a refusal for now says when it is worth trying again', () => {
    const silent = operations.filter(({ operation: { responses } }) =>
      [responses['429'], responses['503']].some(
        (answer) => answer !== undefined && !('Retry-After' in answer.headers),
      ),
    )
    expect(silent).toEqual([])
  })
})

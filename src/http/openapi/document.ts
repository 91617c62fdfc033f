import { z } from 'zod'
import {
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  createDocument,
} from 'zod-openapi'
import { ERROR_STATUS, ErrorBody, type ErrorCode } from '../../contract/errors.ts'
import { SessionView, SignUpResponse, StatusFrame } from '../../contract/onboarding.ts'
import {
  ChecklistView,
  RecommendationFrame,
  RecommendationView,
  WithdrawalFrame,
} from '../../contract/recommendation.ts'
import { MeResponse, MemberResponse } from '../../contract/tokens.ts'
import { type Access, ROUTES, type Route } from '../roles.ts'
import type { Answer } from './description.ts'
import { AREAS, DESCRIPTIONS, refusalsOf } from './descriptions.ts'

/** The whole HTTP surface as OpenAPI 3.1, from the schemas that the Worker parses by. */
export const openApiDocument = () =>
  createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Foyer',
      version: '1',
      description: 'Onboarding at the edge. Times are epoch milliseconds unless a name says else.',
    },
    tags: Object.keys(AREAS).map((name) => ({ name })),
    paths: pathsOf(),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: {
        ChecklistView,
        ErrorBody,
        MeResponse,
        MemberResponse,
        RecommendationFrame,
        RecommendationView,
        SessionView,
        SignUpResponse,
        StatusFrame,
        WithdrawalFrame,
      },
    },
  })

const isRoute = (name: string): name is Route => name in ROUTES

function pathsOf(): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [tag, routes] of Object.entries(AREAS)) {
    for (const route of Object.keys(routes).filter(isRoute)) {
      const [method = '', path = ''] = route.split(' ')
      const address = path.replaceAll(/:(\w+)/g, '{$1}')
      paths[address] = { ...paths[address], [method.toLowerCase()]: operationOf(route, tag) }
    }
  }
  return paths
}

function operationOf(route: Route, tag: string): ZodOpenApiOperationObject {
  const { summary, more, query, headers, body, answers } = DESCRIPTIONS[route]
  const names = [...route.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, z.string()] as const)
  return {
    tags: [tag],
    operationId: operationIdOf(route),
    summary,
    description: [more, whoMayCall(ROUTES[route])].filter(Boolean).join('\n\n'),
    ...(ROUTES[route].roles === 'everybody' ? {} : { security: [{ token: [] }] }),
    requestParams: {
      ...(names.length > 0 && { path: z.object(Object.fromEntries(names)) }),
      ...(query && { query }),
      ...(headers && { header: headers }),
    },
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]),
      ),
      ...refusedWith(refusalsOf(route)),
    },
  }
}

/** `POST /api/onboarding/token` is `post_api_onboarding_token`. */
const operationIdOf = (route: Route): string => route.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')

function whoMayCall({ roles, shown }: Access): string {
  const who = roles === 'everybody' ? 'everybody' : roles.join(', ')
  return `Role: ${who}${shown === undefined ? '' : `, showing ${shown}`}.`
}

const text = (description: string) => ({ description, schema: { type: 'string' as const } })
const REQUEST_ID = { 'X-Request-Id': text('Names this answer in our logs.') }

function answerOf({ means, body, type, headers }: Answer): ZodOpenApiResponseObject {
  const said = Object.entries(headers ?? {}).map(([name, about]) => [name, text(about)] as const)
  return {
    description: means,
    headers: { ...REQUEST_ID, ...Object.fromEntries(said) },
    ...(body && { content: { [type ?? 'application/json']: { schema: body } } }),
  }
}

/** Codes of one status are one answer. */
function refusedWith(codes: ReadonlySet<ErrorCode>): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(codes, (code) => ERROR_STATUS[code])
  return Object.fromEntries(
    [...byStatus].map(([status, alike]) => [
      String(status),
      {
        description: alike.map((code) => `\`${code}\``).join(', '),
        headers: {
          ...REQUEST_ID,
          ...(status === 429 || status === 503
            ? { 'Retry-After': text('Seconds until it is worth trying again, when we know.') }
            : {}),
        },
        content: { 'application/json': { schema: ErrorBody } },
      },
    ]),
  )
}

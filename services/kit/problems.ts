import { z } from '@hono/zod-openapi'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** One kind of failure that a client can meet. A code never changes its meaning. */
export type ProblemKind = { readonly code: string; readonly status: ContentfulStatusCode; readonly title: string }

/** The kinds that every service shares; a service adds its own in `<service>/problems.ts`. */
export const problems = {
  malformed: { code: 'request/malformed', status: 400, title: 'The request cannot be parsed' },
  unauthenticated: { code: 'auth/unauthenticated', status: 401, title: 'Not signed in' },
  forbidden: { code: 'auth/forbidden', status: 403, title: 'Not allowed for this role' },
  routeNotFound: { code: 'request/not-found', status: 404, title: 'No such path' },
  notFound: { code: 'object/not-found', status: 404, title: 'No such object' },
  methodNotAllowed: { code: 'request/method-not-allowed', status: 405, title: 'Method not allowed' },
  timeout: { code: 'request/timeout', status: 408, title: 'The request did not arrive in time' },
  tooLarge: { code: 'request/too-large', status: 413, title: 'The body is too large' },
  unsupportedMediaType: { code: 'request/unsupported-media-type', status: 415, title: 'The body is not JSON' },
  invalid: { code: 'request/invalid', status: 422, title: 'The request is not valid' },
  headersTooLarge: { code: 'request/headers-too-large', status: 431, title: 'The headers are too large' },
  internal: { code: 'internal/error', status: 500, title: 'Internal error' },
  unavailable: { code: 'service/unavailable', status: 503, title: 'Not able to answer now' },
} as const satisfies Record<string, ProblemKind>

export type ProblemFacts = {
  readonly detail?: string
  readonly errors?: readonly FieldError[]
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** Thrown anywhere below a route; the application renders it. What it says reaches the client. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly facts: ProblemFacts

  constructor(kind: ProblemKind, facts: ProblemFacts = {}) {
    super(facts.detail ?? kind.title, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'Problem'
    this.kind = kind
    this.facts = facts
  }
}

export type ProblemPlace = { readonly path: string; readonly requestId: string }

const fieldErrorSchema = z.object({
  pointer: z.string().optional().openapi({ description: 'JSON pointer into the body', example: '/email' }),
  parameter: z.string().optional().openapi({ description: 'name of a query, path or header parameter' }),
  code: z.string().openapi({ example: 'invalid_format' }),
  message: z.string(),
})
export type FieldError = z.infer<typeof fieldErrorSchema>

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:shop:problem:request/invalid' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().openapi({ description: 'path of the request' }),
    code: z.string().openapi({ example: 'request/invalid' }),
    request_id: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
  })
  .openapi('Problem')

export const problemContentType = 'application/problem+json'

/** The RFC 9457 body of a problem at a place. */
export function renderProblem(problem: Problem, place: ProblemPlace): string {
  const { kind, facts } = problem
  return JSON.stringify({
    type: `urn:shop:problem:${kind.code}`,
    title: kind.title,
    status: kind.status,
    detail: facts.detail ?? kind.title,
    instance: place.path,
    code: kind.code,
    request_id: place.requestId,
    errors: facts.errors,
    ...facts.members,
  })
}

type ProblemResponse = {
  description: string
  content: { 'application/problem+json': { schema: typeof problemSchema } }
  /** For api-document.ts, which adds what every route may answer and tells the codes. */
  'x-problems': readonly ProblemKind[]
}

/** The problems of a route by status; api-document.ts adds those of every route. */
export function problemResponses(...kinds: readonly ProblemKind[]): Record<number, ProblemResponse> {
  const all = [...kinds, problems.malformed, problems.internal, problems.unavailable]
  const byStatus = Map.groupBy(all, (kind) => kind.status)
  const content = { [problemContentType]: { schema: problemSchema } }
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [status, { description: same[0]?.title ?? '', content, 'x-problems': same }]),
  )
}

import type {
  ApiHeader,
  ApiOperation,
  ApiProblemKind,
  ApiResponse,
  JsonSchema,
  PlacedOperation,
} from './api-document-schema.ts'
import { accessProblems } from './guard.ts'
import { problemContentType, problems } from './problems.ts'
import { rateProblems } from './rate-limit/limit-requests.ts'

const header = (description: string, schema: JsonSchema): ApiHeader => ({ description, schema })

const requestId = header('of the request, taken over where it was good; also in the log', { type: 'string' })
const entityTag = header('strong; for If-None-Match and If-Match', { type: 'string', examples: ['"3"'] })
const location = header('path of what was made', { type: 'string' })
const retryAfter = header('seconds', { type: 'integer', minimum: 0 })
const rateLimitHeaders: Limits = {
  RateLimit: header('what is left of the quota, and for how long', {
    type: 'string',
    examples: ['"client";r=99;t=60'],
  }),
  'RateLimit-Policy': header('the quota and its window', { type: 'string', examples: ['"client";q=100;w=60'] }),
}
/** What idempotency.ts answers again for the same key. */
const replayable = ['200', '201', '202', '204', '402', '404', '409']
const replayed = { 'Idempotency-Replayed': header('true: as it was answered before', { type: 'string' }) }
const acceptEncoding = header('where the body was encoded: how it must be sent', {
  type: 'string',
  examples: ['identity'],
})
const challenge = header('how to sign in', { type: 'string', examples: ['Bearer'] })

/** What every operation may answer beside what its route says, by what it takes and who may call it. */
export function completedResponses(method: string, operation: ApiOperation): Record<string, ApiResponse> {
  const good = Object.entries(operation.responses).filter(([, response]) => response['x-problems'] === undefined)
  const kinds = kindsOf(method, operation)
  const refusals = Map.groupBy(kinds, (kind) => String(kind.status))
  const limits = kinds.some(({ code }) => code === rateProblems.limited.code) ? rateLimitHeaders : {}
  const keyed = operation.parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key')
  const withReplay = ([status, { headers, ...response }]: readonly [string, ApiResponse]) =>
    [
      status,
      { ...response, headers: { ...headers, ...(keyed && replayable.includes(status) ? replayed : {}) } },
    ] as const
  return Object.fromEntries(
    [
      ...good.map(([status, response]) => [status, goodResponse(status, { response, operation, limits })] as const),
      ...[...refusals].map(([status, same]) => [status, problemResponse(status, { kinds: same, limits })] as const),
    ]
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(withReplay),
  )
}

function kindsOf(method: string, operation: ApiOperation): readonly ApiProblemKind[] {
  const declared = Object.values(operation.responses).flatMap(({ 'x-problems': kinds = [] }) => kinds)
  return uniqueKinds([...declared, ...(operation['x-problems'] ?? []), ...commonProblems(method, operation)])
}

function commonProblems(method: string, operation: ApiOperation): readonly ApiProblemKind[] {
  const access = operation['x-access'] ?? 'anyone'
  const { malformed, timeout, headersTooLarge, internal, unavailable } = problems
  const always = [malformed, timeout, headersTooLarge, internal, unavailable]
  const body = [problems.tooLarge, problems.unsupportedMediaType, problems.invalid]
  const signedIn = [problems.unauthenticated, problems.forbidden]
  return [
    ...always,
    ...(operation.requestBody === undefined ? [] : body),
    // Counted for every method that may carry a body, whether it is wanted or not.
    ...(method === 'get' ? [] : [problems.tooLarge]),
    ...(operation.parameters.some((parameter) => parameter.in === 'path') ? [problems.notFound] : []),
    ...(access === 'anyone' ? [] : signedIn),
    ...(access !== 'anyone' && access.verifiedEmail === true ? [accessProblems.emailNotVerified] : []),
  ]
}

function uniqueKinds(kinds: readonly ApiProblemKind[]): readonly ApiProblemKind[] {
  return [...new Map(kinds.map((kind) => [kind.code, kind])).values()]
}

type Limits = Readonly<Record<string, ApiHeader>>
type Good = { readonly response: ApiResponse; readonly operation: ApiOperation; readonly limits: Limits }

function goodResponse(status: string, { response, operation, limits }: Good): ApiResponse {
  // Whoever may send a tag back gets one; 304 and 428 are the statuses by which a route says so.
  const tagged = status === '201' || '304' in operation.responses || '428' in operation.responses
  const headers = {
    'X-Request-ID': requestId,
    ...limits,
    ...(status === '201' ? { Location: location } : {}),
    ...(tagged && status !== '204' ? { ETag: entityTag } : {}),
    ...response.headers,
  }
  return { ...response, headers }
}

type Refusals = { readonly kinds: readonly ApiProblemKind[]; readonly limits: Limits }

const ownHeaders: Readonly<Record<string, Readonly<Record<string, ApiHeader>>>> = {
  401: { 'WWW-Authenticate': challenge },
  415: { 'Accept-Encoding': acceptEncoding },
  429: { 'Retry-After': retryAfter },
  503: { 'Retry-After': retryAfter },
}

function problemResponse(status: string, { kinds, limits }: Refusals): ApiResponse {
  const codes = kinds.map((kind) => kind.code)
  const narrowed = { type: 'object', properties: { code: { enum: codes } } }
  const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, narrowed] }
  const examples = Object.fromEntries(
    kinds.map(({ code }) => [code, { $ref: `#/components/examples/${exampleName(code)}` }]),
  )
  return {
    description: kinds.map((kind) => `${kind.title}: \`${kind.code}\``).join('. '),
    headers: { 'X-Request-ID': requestId, ...limits, ...ownHeaders[status], ...(passing(codes) ? wait : {}) },
    content: { [problemContentType]: { schema, examples } },
  }
}

const wait = { 'Retry-After': retryAfter }
/** Somebody else is at it, and will not be for long. */
const passing = (codes: readonly string[]): boolean => codes.some((code) => code.endsWith('/in-progress'))

const exampleName = (code: string) => code.replaceAll('/', '.')

/** One example of each problem that the operations tell, for `components`. */
export function problemExamples(operations: readonly PlacedOperation[]): Record<string, { readonly value: unknown }> {
  const kinds = operations.flatMap(({ method, operation }) => kindsOf(method, operation))
  return Object.fromEntries(
    uniqueKinds(kinds)
      .toSorted((a, b) => (a.code < b.code ? -1 : 1))
      .map((kind) => [exampleName(kind.code), { value: exampleProblem(kind) }]),
  )
}

function exampleProblem({ code, status, title }: ApiProblemKind) {
  return {
    type: `urn:shop:problem:${code}`,
    title,
    status,
    detail: title,
    instance: '/api/v1/…',
    code,
    request_id: '0190c4b0-0000-7000-8000-000000000000',
  }
}

import type { HttpBindings } from '@hono/node-server'
import { type Hook, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { refuseEncodedBody } from './body-encoding.ts'
import type { Logger } from './logging.ts'
import type { Principal } from './principal.ts'
import { type FieldError, Problem, problems } from './problems.ts'
import type { TraceSpan } from './trace-span.ts'

export type RequestEnvironment = {
  Bindings: Partial<HttpBindings>
  Variables: {
    requestId: string
    /** The service's logger with this request's id; made when first asked for. */
    log: () => Logger
    principal?: Principal
    /** Where tracing is on and this request is traced. */
    span?: TraceSpan
  }
}

export type RequestContext = Context<RequestEnvironment>

/**
 * The routes of a service: what they declare is validated, documented and typed, and what they do not declare is refused
 * for all of them here. A query parameter that is not known was meant to change the answer.
 */
export function createRoutes(): OpenAPIHono<RequestEnvironment> {
  const routes = new OpenAPIHono<RequestEnvironment>()
  const { openapi } = routes
  Object.assign(routes, {
    openapi(route: RouteConfig, handler: unknown): unknown {
      const query = strictQuery(route)
      const middleware = [route.middleware ?? [], route.request?.body === undefined ? [] : refuseEncodedBody].flat()
      const declared = { ...route, middleware, request: { ...route.request, query } }
      return Reflect.apply(openapi, routes, [declared, handler, refuseInvalid(Object.keys(query.shape))])
    },
  })
  return routes
}

function strictQuery({ method, path, request }: RouteConfig): z.ZodObject {
  if (request?.query === undefined) return z.strictObject({})
  if (request.query instanceof z.ZodObject) return request.query.strict()
  throw new Error(`the query of ${method} ${path} is not an object`)
}

/** A required JSON body. Without `required` a request that names no content type would pass unchecked. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}

export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } }
}

/** With the tag of what it shows; where a tag can be sent back, or something was made, every answer has one anyway. */
export function taggedAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  const tag = { description: 'strong; for If-None-Match and If-Match', schema: { type: 'string' as const } }
  return { ...jsonAnswer(description, schema), headers: { ETag: tag } }
}

/** What a call to another service carries on: the request's id and, before a release is public, the way to it. */
export function forwardedHeaders(c: Context): Record<string, string> {
  const preview = c.req.header('x-release-preview')
  const requestId: unknown = c.get('requestId')
  const traceparent = c.req.header('traceparent')
  return {
    // As it came; where this service is part of the trace, the call puts its own span in its place.
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(typeof requestId === 'string' ? { 'x-request-id': requestId } : {}),
    ...(preview === undefined ? {} : { 'x-release-preview': preview }),
  }
}

function refuseInvalid(parameters: readonly string[]): Hook<unknown, RequestEnvironment, string, undefined> {
  return (result) => {
    if (result.success) return undefined
    const issues = result.error.issues.flatMap(namedIssues)
    if (result.target === 'json' || result.target === 'form') {
      throw new Problem(problems.invalid, { errors: issues.map(bodyError) })
    }
    // A malformed id must not be told apart from an unknown one.
    if (result.target === 'param') throw new Problem(problems.notFound)
    throw new Problem(problems.malformed, { errors: issues.map((issue) => parameterError(issue, parameters)) })
  }
}

type NamedIssue = { readonly code: string; readonly message: string; readonly path: readonly PropertyKey[] }

/** Zod reports all unknown fields of an object at once; a client wants each one pointed at. */
function namedIssues(issue: z.core.$ZodIssue): NamedIssue[] {
  if (issue.code !== 'unrecognized_keys') return [issue]
  return issue.keys.map((key) => ({ code: 'unknown_field', message: 'Unknown field', path: [...issue.path, key] }))
}

function bodyError({ path, code, message }: NamedIssue): FieldError {
  const pointer = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return { pointer, code, message }
}

function parameterError({ path, code, message }: NamedIssue, known: readonly string[]): FieldError {
  const parameter = path.map(String).join('.')
  if (code !== 'unknown_field') return { parameter, code, message }
  const names = known.length === 0 ? 'there are none here' : `there are ${known.toSorted().join(', ')}`
  return { parameter, code: 'unknown_parameter', message: `Unknown parameter: ${names}` }
}

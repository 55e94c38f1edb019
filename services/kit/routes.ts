import type { HttpBindings } from '@hono/node-server'
import { type Hook, OpenAPIHono, type z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Logger } from './logging.ts'
import type { Principal } from './principal.ts'
import { type FieldError, Problem, problems } from './problems.ts'

export type RequestEnvironment = {
  Bindings: Partial<HttpBindings>
  Variables: {
    requestId: string
    /** The service's logger with this request's id; made when first asked for. */
    log: () => Logger
    principal?: Principal
  }
}

export type RequestContext = Context<RequestEnvironment>

/** The routes of a service: what they declare is validated, documented and typed. */
export function createRoutes(): OpenAPIHono<RequestEnvironment> {
  return new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid })
}

/** A required JSON body. Without `required` a request that names no content type would pass unchecked. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}

export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } }
}

/** What a call to another service carries on: the request's id and, before a release is public, the way to it. */
export function forwardedHeaders(c: Context): Record<string, string> {
  const preview = c.req.header('x-release-preview')
  const requestId: unknown = c.get('requestId')
  return {
    ...(typeof requestId === 'string' ? { 'x-request-id': requestId } : {}),
    ...(preview === undefined ? {} : { 'x-release-preview': preview }),
  }
}

const refuseInvalid: Hook<unknown, RequestEnvironment, string, undefined> = (result) => {
  if (result.success) return undefined
  const issues = result.error.issues.flatMap(namedIssues)
  if (result.target === 'json' || result.target === 'form') {
    throw new Problem(problems.invalid, { errors: issues.map(bodyError) })
  }
  // A malformed id must not be told apart from an unknown one.
  if (result.target === 'param') throw new Problem(problems.notFound)
  throw new Problem(problems.malformed, { errors: issues.map(parameterError) })
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

function parameterError({ path, code, message }: NamedIssue): FieldError {
  return { parameter: path.map(String).join('.'), code, message }
}

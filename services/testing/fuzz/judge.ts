import type { ApiDocument, ApiOperation, PlacedOperation } from '../../kit/api-document-schema.ts'
import { problemContentType } from '../../kit/problems.ts'
import { faultsAgainst } from '../api-validator.ts'
import type { FuzzRequest } from './fuzz-request.ts'
import type { WireAnswer } from './wire.ts'

/** What is wrong with an answer; empty where it is as promised. */
export type Judge = (placed: PlacedOperation, request: FuzzRequest, answer: WireAnswer) => readonly string[]

/** Headers that any answer may have; the others must be told by the document. */
const everywhere = new Set([
  ...[
    'cache-control',
    'connection',
    'content-length',
    'content-type',
    'date',
    'keep-alive',
    'transfer-encoding',
    'vary',
  ],
  ...['x-content-type-options', 'x-request-id', 'allow'],
])

/** What nobody at all may get from an operation that asks who calls: refused before, or 401. */
const beforeSignIn = new Set([400, 401, 404, 405, 408, 413, 415, 429, 431])

export function judgeAnswers(document: ApiDocument): Judge {
  const faults = faultsAgainst(document)
  const methodsOf = (path: string) => Object.keys(document.paths[path] ?? {}).map((method) => method.toUpperCase())

  return (placed, request, answer) => {
    const { status, headers, text } = answer
    const wrong = status >= 500 ? [`status ${status}`] : []
    const allowed = methodsOf(placed.path)
    const method = request.method === 'HEAD' && !allowed.includes('HEAD') ? 'GET' : request.method
    const operation = document.paths[placed.path]?.[method.toLowerCase()]
    if (operation === undefined) return [...wrong, ...refusedMethod(answer, allowed)]
    // The path itself may have become another, or none at all, by what was put into it.
    const promised = operation.responses[String(status)]
    if (promised === undefined) return [...wrong, `status ${status} is not documented`]

    const type = headers['content-type']?.split(';')[0] ?? ''
    const content = promised.content?.[type]
    if (promised.content === undefined && text !== '') wrong.push('a body that is not documented')
    if (promised.content !== undefined && content === undefined) wrong.push(`content type ${type} is not documented`)
    if (content?.schema !== undefined && request.method !== 'HEAD') {
      wrong.push(...(type.endsWith('json') ? faults(content.schema, parsed(text)) : []))
    }
    const known = new Set(Object.keys(promised.headers ?? {}).map((name) => name.toLowerCase()))
    const unknown = Object.keys(headers).filter((name) => !everywhere.has(name) && !known.has(name))
    wrong.push(...unknown.map((name) => `header ${name} is not documented`))
    return [...wrong, ...unauthenticated(operation, { request, status })]
  }
}

function refusedMethod({ status, headers }: WireAnswer, allowed: readonly string[]): readonly string[] {
  // 400: what surrounds the method could not be parsed.
  if (status === 400 || status === 413) return []
  if (status !== 405) return [`status ${status} for a method that is not documented`]
  const told = String(headers.allow ?? '')
    .split(',')
    .map((name) => name.trim())
  const missing = allowed.filter((name) => !told.includes(name))
  const type = headers['content-type'] === problemContentType ? [] : ['405 is not a problem']
  return [...type, ...missing.map((name) => `Allow does not name ${name}`)]
}

type Asked = { readonly request: FuzzRequest; readonly status: number }

function unauthenticated({ security }: ApiOperation, { request, status }: Asked): readonly string[] {
  const nobody = request.actor === 'anon' && request.headers.authorization === undefined
  if (security.length === 0 || !nobody || beforeSignIn.has(status)) return []
  return [`status ${status} for nobody`]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

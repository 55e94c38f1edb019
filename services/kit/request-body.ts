import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { bodyEncodingProblem } from './body-encoding.ts'
import { Problem, problems } from './problems.ts'
import type { RequestContext, RequestEnvironment } from './routes.ts'

const defaultLimitBytes = 64 * 1024
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads the body of a write once, counts its bytes as they come, and refuses text that is not clean Unicode. */
export function readBody(limits: Readonly<Record<string, number>> = {}): MiddlewareHandler<RequestEnvironment> {
  return async (c, next) => {
    const { method } = c.req
    if (method === 'GET' || method === 'HEAD' || matchedRoutes(c).at(-1)?.method === 'ALL') return next()
    const bytes = await boundedBytes(c, limitFor(c.req.path, limits)).catch(refuseCutBody)
    const isJson = /json/i.test(c.req.header('content-type') ?? '')
    if (bytes.byteLength > 0 && isJson && bodyEncodingProblem(c.req) === null) {
      // Hono decodes leniently, and would parse a lone surrogate or NUL that no column can hold.
      const text = decoded(bytes)
      if (text.includes('\\u') && !isCleanJson(text)) throw new Problem(problems.malformed, { detail: uncleanText })
      Object.assign(c.req.bodyCache, { text: Promise.resolve(text) })
    }
    return next()
  }
}

const uncleanText = 'The body is not clean Unicode text'

function limitFor(path: string, limits: Readonly<Record<string, number>>): number {
  const prefixes = Object.keys(limits).filter((prefix) => path === prefix || path.startsWith(`${prefix}/`))
  const longest = prefixes.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined ? defaultLimitBytes : (limits[longest] ?? defaultLimitBytes)
}

async function boundedBytes(c: RequestContext, limitBytes: number): Promise<Uint8Array> {
  const declared = c.req.header('content-length')
  if (declared !== undefined && Number(declared) > limitBytes) throw tooLarge(limitBytes)
  // The parser holds a client to its Content-Length, so only a body without one needs counting.
  if (declared !== undefined && c.req.header('transfer-encoding') === undefined) {
    return new Uint8Array(await c.req.arrayBuffer())
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength
    if (size > limitBytes) throw tooLarge(limitBytes)
    chunks.push(chunk)
  }
  const whole = Buffer.concat(chunks)
  const { buffer, byteOffset, byteLength } = whole
  const copy = buffer.slice(byteOffset, byteOffset + byteLength)
  Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(copy) })
  return whole
}

/** The client left or was too slow. Nobody hears the answer, but the log and the metrics must not call it our failure. */
function refuseCutBody(cause: unknown): never {
  if (cause instanceof Problem) throw cause
  throw new Problem(problems.malformed, { detail: 'The body did not arrive whole', cause })
}

function tooLarge(limitBytes: number): Problem {
  return new Problem(problems.tooLarge, { detail: `The body may have ${limitBytes} bytes` })
}

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new Problem(problems.malformed, { detail: uncleanText, cause })
  }
}

/** True also for what does not parse: that has its own answer. */
function isCleanJson(text: string): boolean {
  const pending: unknown[] = [parsedOrNull(text)]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value === 'string' && !isCleanText(value)) return false
    if (typeof value !== 'object' || value === null) continue
    if (!Array.isArray(value)) pending.push(...Object.keys(value))
    for (const member of Object.values(value)) pending.push(member)
  }
  return true
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** No NUL, no lone surrogate: PostgreSQL can hold it and everyone can read it. */
export function isCleanText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

import type { HonoRequest, MiddlewareHandler } from 'hono'
import { Problem, problems } from './problems.ts'

/** Why a body cannot be read as it was sent: it is compressed, or its text is not UTF-8. Null where it can. */
export function bodyEncodingProblem(request: HonoRequest): Problem | null {
  const encoding = request.header('content-encoding')?.trim() ?? ''
  if (encoding !== '' && encoding.toLowerCase() !== 'identity') {
    // RFC 9110 15.5.16: so that a client knows that the encoding is what is not supported.
    const headers = { 'Accept-Encoding': 'identity' }
    return new Problem(problems.unsupportedMediaType, { detail: 'The body must not be encoded or compressed', headers })
  }
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(request.header('content-type') ?? '')?.[1]
  if (charset === undefined || /^utf-?8$/i.test(charset)) return null
  return new Problem(problems.unsupportedMediaType, { detail: 'The body must be UTF-8' })
}

/** Around every operation that takes a body; what another one is sent is not looked at. */
export const refuseEncodedBody: MiddlewareHandler = async (c, next) => {
  const problem = bodyEncodingProblem(c.req)
  if (problem !== null) throw problem
  await next()
}

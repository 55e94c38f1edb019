import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/**
 * The request's body for the upstream, with back-pressure. Not the request itself: where the upstream answers before
 * it has read all, undici destroys the body, and destroying the request would cut the client off from that answer.
 * What is left is then read and thrown away.
 */
export function requestBody(request: IncomingMessage): Readable {
  const body = new Readable({
    highWaterMark: 64 * 1024,
    read: () => {
      request.resume()
    },
    destroy: (error, done) => {
      request.resume()
      done(error)
    },
  })
  // The upstream's side reports what went wrong; here an error only has to have someone who listens.
  body.on('error', () => undefined)
  request.on('data', (chunk: Buffer) => {
    if (!body.destroyed && !body.push(chunk)) request.pause()
  })
  request.on('end', () => {
    if (!body.destroyed) body.push(null)
  })
  request.on('close', () => {
    if (!request.complete) body.destroy(new Error('the client left before its request had ended'))
  })
  return body
}

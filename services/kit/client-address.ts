import type { RequestContext } from './routes.ts'

/**
 * The client's address. Each trusted proxy appends the address it was called from to X-Forwarded-For, so only the
 * last `trustedProxyHops` entries can be believed; whatever stands left of them a client may have invented.
 */
export function clientAddress(c: RequestContext, trustedProxyHops: number): string | undefined {
  const peer = c.env?.incoming?.socket.remoteAddress
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim())
  const claimed = trustedProxyHops > 0 ? forwarded.at(-trustedProxyHops) : undefined
  const address = claimed && /^[\da-fA-F.:]{2,45}$/.test(claimed) ? claimed : peer
  return address?.replace(/^::ffff:(?=\d+\.)/i, '')
}

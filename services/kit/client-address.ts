import { isIP, isIPv6 } from 'node:net'
import type { HttpBindings } from '@hono/node-server'

/** Any route's context, whatever else its middleware has put there. */
export type Addressed = {
  readonly env: Partial<HttpBindings> | undefined
  readonly req: { header(name: string): string | undefined }
}

export function clientAddress(c: Addressed, trustedProxyHops: number): string | undefined {
  const peer = c.env?.incoming?.socket.remoteAddress
  return addressBehind({ peer, forwardedFor: c.req.header('x-forwarded-for'), trustedProxyHops })
}

type Hops = {
  readonly peer: string | undefined
  readonly forwardedFor: string | undefined
  readonly trustedProxyHops: number
}

/**
 * The client's address. Each trusted proxy appends the address it was called from to X-Forwarded-For, so only the
 * last `trustedProxyHops` entries can be believed; whatever stands left of them a client may have invented.
 */
export function addressBehind({ peer, forwardedFor = '', trustedProxyHops }: Hops): string | undefined {
  const forwarded = forwardedFor.split(',').map((entry) => entry.trim())
  const claimed = trustedProxyHops > 0 ? forwarded.at(-trustedProxyHops) : undefined
  const address = claimed !== undefined && isIP(claimed) !== 0 ? claimed : peer
  return address === undefined ? undefined : (mappedIpv4(address) ?? address)
}

/** What stands for a client where clients are counted: an IPv4 address, or the /64 that one IPv6 subscriber is given. */
export function clientKey(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  if (!isIPv6(address)) return address
  return `${groupsOf(address).slice(0, 4).join(':')}::/64`
}

/** An IPv4 client of a socket that takes both kinds, however its address is written. */
function mappedIpv4(address: string): string | undefined {
  if (!isIPv6(address)) return undefined
  // As sockets write it, and far quicker.
  const written = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (written !== undefined) return written
  const groups = groupsOf(address)
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return undefined
  return groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.')
}

/** All eight, each without leading zeros. A zone (`%eth0`) is left out. */
function groupsOf(address: string): readonly string[] {
  const [plain = ''] = address.split('%')
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1)
  const [before = '', after = ''] = canonical.split('::')
  const [head, tail] = [before, after].map((part) => (part === '' ? [] : part.split(':')))
  if (head === undefined || tail === undefined) return []
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail]
}

/** With n trusted hops in front, the nth entry from the right is the last that one of them wrote. */
export function clientAddress(peer: string | undefined, forwardedFor: string | null, trustedProxyHops: number): string {
  const direct = plainAddress(peer ?? '')
  if (trustedProxyHops === 0 || forwardedFor === null) return direct
  const entries = forwardedFor.split(',').map((entry) => plainAddress(entry.trim()))
  return entries[Math.max(0, entries.length - trustedProxyHops)] ?? direct
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

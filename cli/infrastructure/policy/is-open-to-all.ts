const bitsOf = (cidr: string): number => Number(cidr.split('/')[1] ?? Number.NaN)

/**
 * Whether a range holds more of the internet than anybody can own: 0.0.0.0/0, and also its halves, by which the same
 * is often written. Private ranges are no shorter than /8 (IPv4) and /7 (IPv6).
 */
export const isOpenToAll = (cidr: string): boolean => {
  const bits = bitsOf(cidr)
  if (Number.isNaN(bits)) return false
  return cidr.includes(':') ? bits < 7 : bits < 8
}

/** `10.0.0.0` as a number; null for what is no IPv4 address. */
const addressOf = (text: string): number | null => {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return null
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

/** Whether all of one range lies within the other. For what is not IPv4 only where they are the same. */
export const isWithin = (inner: string, outer: string): boolean => {
  const [left, right] = [addressOf(inner.split('/')[0] ?? ''), addressOf(outer.split('/')[0] ?? '')]
  if (left === null || right === null) return inner === outer
  const size = 2 ** (32 - bitsOf(outer))
  return bitsOf(inner) >= bitsOf(outer) && Math.floor(left / size) === Math.floor(right / size)
}

import { createHmac, timingSafeEqual } from 'node:crypto'

export const bypassHeader = 'x-ratelimit-bypass'

const minuteMilliseconds = 60_000
/** Clocks differ, and a request may cross the minute on its way. */
const toleranceMilliseconds = 5_000

/** What the load engine sends to be not limited: an HMAC over the running minute. */
export function bypassToken(key: string, at: Date): string {
  const minute = Math.floor(at.getTime() / minuteMilliseconds)
  return createHmac('sha256', key).update(`bypass ${minute}`).digest('hex')
}

/** Whether the header's value was made with the key in this minute. Without a key none is. */
export function isBypass(
  value: string | undefined,
  { key, now }: { readonly key: string | undefined; readonly now: Date },
): boolean {
  if (value === undefined || key === undefined) return false
  const given = Buffer.from(value)
  return [-toleranceMilliseconds, 0, toleranceMilliseconds].some((shift) => {
    const expected = Buffer.from(bypassToken(key, new Date(now.getTime() + shift)))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

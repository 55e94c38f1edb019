import { createHmac } from 'node:crypto'

/** As services/kit/rate-limit/bypass.ts reads it; a test compares the two. */
export const limitHeader = 'x-ratelimit-bypass'

const minuteMilliseconds = 60_000

/** Proves in this minute, and in no other, who has the key. */
export const limitToken = (key: string, now: Date): string => {
  const minute = Math.floor(now.getTime() / minuteMilliseconds)
  return createHmac('sha256', key).update(`bypass ${minute}`).digest('hex')
}

/** The headers of every request of a run, its proof made anew each minute and not for each request. */
export const requestHeaders = (
  { headers, limitKey }: { readonly headers: Readonly<Record<string, string>>; readonly limitKey: string | null },
  now: () => Date,
): (() => Readonly<Record<string, string>>) => {
  if (limitKey === null) return () => headers
  let minute = Number.NaN
  let proven = headers
  return () => {
    const at = now()
    const current = Math.floor(at.getTime() / minuteMilliseconds)
    if (current !== minute) {
      minute = current
      proven = { ...headers, [limitHeader]: limitToken(limitKey, at) }
    }
    return proven
  }
}

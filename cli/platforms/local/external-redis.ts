import { ShopctlError } from '../../errors/shopctl-error.ts'
import { redact } from '../../tools/redact.ts'
import { pingRedis } from './redis-ping.ts'

const without = 'unset REDIS_URL'

const invalid = (why: string): ShopctlError =>
  new ShopctlError({
    code: 'REDIS_URL_INVALID',
    outcome: 'refused',
    what: 'REDIS_URL is not an address of a Redis server.',
    why: [why],
    fix: ['export REDIS_URL=redis://:password@host:6379', without],
  })

const parseRedisUrl = (text: string): URL => {
  const url = URL.parse(text)
  if (url === null)
    throw invalid('it cannot be read as a URL; special characters of a password must be percent-encoded')
  if (!['redis:', 'rediss:'].includes(url.protocol)) throw invalid('it does not begin with redis:// or rediss://')
  if (url.hostname === '') throw invalid('it names no host')
  return url
}

/** The server that REDIS_URL names. Throws REDIS_URL_INVALID, REDIS_UNREACHABLE or REDIS_LOGIN_REFUSED, all refused. */
export const checkExternalRedis = async (text: string): Promise<{ readonly url: string }> => {
  const url = parseRedisUrl(text)
  const ping = await pingRedis(url)
  if (ping.answer === 'pong') return { url: text }
  const refused = ping.answer === 'refused'
  const place = `${url.hostname}:${url.port || 6379}`
  throw new ShopctlError({
    code: refused ? 'REDIS_LOGIN_REFUSED' : 'REDIS_UNREACHABLE',
    outcome: 'refused',
    what: `The Redis server at ${place} ${refused ? 'does not let this user in' : 'cannot be reached'}.`,
    why: [redact(ping.words, [decodeURIComponent(url.password)])],
    fix: [without],
  })
}

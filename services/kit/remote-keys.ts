import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { Peer } from './peer.ts'
import { publicKeyShape } from './public-key.ts'

/** Neither fresh nor kept signing keys: who asks cannot be told from who pretends, so nobody is let in. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

export type RemoteKeys = {
  readonly find: JWTVerifyGetKey
  /** When they are there for the first time; never, where they do not come before the end. */
  readonly loaded: Promise<void>
  /**
   * Rejects until they are there for the first time, but not for long: of services that start together, one must be the
   * first that is ready. What happens to the users service later does not matter.
   */
  check(): Promise<void>
  close(): void
}

const waits = {
  /** As long as the key set says that it may be kept. */
  betweenRefreshes: 300_000,
  /** Anybody can name a key that does not exist, and must not make us ask for it each time. */
  betweenUnknownKeys: 30_000,
  /** While there is no key at all. */
  betweenFirstTries: 1_000,
  /** While there are keys, but no newer ones can be had. */
  betweenTries: 30_000,
  /** Whoever is asked whether it is ready waits no longer for the first keys. */
  forFirstKeys: 3_000,
  /** For how long keys are good without having been fetched again. */
  kept: 3_600_000,
} as const

type Known = { readonly find: JWTVerifyGetKey; readonly fetchedAt: number }

/**
 * The users service's public keys, fetched at once and every five minutes, and besides when a token names one that is
 * not known: at most once in 30 s. What is fetched ahead does not count there, so that a new key is taken up when it is
 * first met. Without the users service the known keys go on for an hour.
 */
export function remoteKeys(peer: Peer, elapsed: () => number = () => performance.now()): RemoteKeys {
  let known: Known | undefined
  let pending: Promise<void> | undefined
  let triedAt = Number.NEGATIVE_INFINITY
  let failed = false
  const { promise: loaded, resolve: load } = Promise.withResolvers<void>()
  let unknownKeyAt = Number.NEGATIVE_INFINITY
  const startedAt = elapsed()

  function refresh(): Promise<void> {
    if (pending !== undefined) return pending
    triedAt = elapsed()
    pending = fetchKeySet(peer)
      .then(
        (keySet) => {
          known = { find: createLocalJWKSet(keySet), fetchedAt: elapsed() }
          failed = false
          load()
        },
        (cause: unknown) => {
          failed = true
          throw unavailable(cause)
        },
      )
      .finally(() => {
        pending = undefined
      })
    return pending
  }

  async function keptKeys(): Promise<JWTVerifyGetKey> {
    const isGood = () => known !== undefined && elapsed() - known.fetchedAt < waits.kept
    if (!isGood()) {
      const justTried = elapsed() - triedAt < waits.betweenFirstTries
      if (justTried && pending === undefined) throw unavailable(undefined)
      await refresh()
    }
    if (known === undefined) throw unavailable(undefined)
    return known.find
  }

  const find: JWTVerifyGetKey = async (header, token) => {
    const findKey = await keptKeys()
    const key = await ifKnown(findKey(header, token))
    if (key !== undefined) return key
    if (pending !== undefined || elapsed() - unknownKeyAt >= waits.betweenUnknownKeys) {
      if (pending === undefined) unknownKeyAt = elapsed()
      await refresh()
    } else if (failed) throw unavailable(undefined)
    return (await keptKeys())(header, token)
  }

  const isDue = () => {
    const sinceTry = elapsed() - triedAt
    if (known === undefined) return sinceTry >= waits.betweenFirstTries
    return elapsed() - known.fetchedAt >= waits.betweenRefreshes && sinceTry >= waits.betweenTries
  }
  const refreshAhead = () => {
    if (isDue()) refresh().catch(() => undefined)
  }
  refreshAhead()
  const timer = setInterval(refreshAhead, waits.betweenFirstTries).unref()
  return {
    find,
    loaded,
    async check() {
      if (known === undefined && elapsed() - startedAt < waits.forFirstKeys) throw unavailable(undefined)
    },
    close: () => clearInterval(timer),
  }
}

const unavailable = (cause: unknown) => new KeysUnavailable('the signing keys cannot be fetched', { cause })

async function ifKnown<Key>(finding: Promise<Key> | Key): Promise<Key | undefined> {
  try {
    return await finding
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined
    throw error
  }
}

/** A key of a kind that we do not know is not ours to refuse: whoever signs with it is not understood anyway. */
const publicKeySchema = z.object(publicKeyShape).nullable().catch(null)

const keySetAnswer = z.object({ status: z.literal(200), body: z.object({ keys: z.array(publicKeySchema) }) })

async function fetchKeySet(peer: Peer) {
  const { body } = await peer.call({
    method: 'GET',
    path: '/.well-known/jwks.json',
    forwarded: {},
    effect: 'repeatable',
    answers: keySetAnswer,
  })
  return { keys: body.keys.filter((key) => key !== null) }
}

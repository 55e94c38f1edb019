import { z } from 'zod'
import { serviceToken } from './authentication.ts'
import type { Logger } from './logging.ts'
import { type Peer, PeerUnavailable } from './peer.ts'

/** This service's own tokens, one for each service that it calls. */
export type ServiceTokens = {
  /** `Bearer …`. Throws PeerUnavailable where there is none and none can be had. */
  authorizationFor(audience: string): Promise<string>
  /** Says that the service did not take it: the next call gets another one. */
  refused(audience: string, authorization: string): void
  /** Fetches what is missing, and renews what has lived half its life. A timer calls it as well. */
  renew(): Promise<void>
  close(): void
}

type Token = { readonly authorization: string; readonly renewAt: number; readonly endsAt: number }

const renewalMilliseconds = 5_000

/**
 * Asks for each token once, however many need it, and for the next one when half its life is over. Until that comes the
 * old one goes on: five of its ten minutes remain, so the users service may be away for four.
 */
export function serviceTokenClient(parts: {
  readonly users: Peer
  readonly credentials: { readonly id: string; readonly secret: string }
  /** Fetched ahead: whoever is called only when users is away already must have a token by then. */
  readonly audiences: readonly string[]
  readonly logger: Logger
  now(): Date
}): ServiceTokens {
  const { users, credentials, audiences, logger } = parts
  const tokens = new Map<string, Token>()
  const pending = new Map<string, Promise<Token>>()
  const time = () => parts.now().getTime()

  function fetchOnce(audience: string): Promise<Token> {
    const running = pending.get(audience)
    if (running !== undefined) return running
    const fetching = fetchToken(users, { credentials, audience, logger })
      .then((answer) => {
        const token = tokenOf(answer, time())
        tokens.set(audience, token)
        return token
      })
      .finally(() => pending.delete(audience))
    pending.set(audience, fetching)
    return fetching
  }

  /** What fails is told by the peer's own warning; the old token goes on. */
  const fetchBehind = (audience: string) =>
    fetchOnce(audience).then(
      () => undefined,
      () => undefined,
    )

  const needsRenewal = (audience: string) => (tokens.get(audience)?.renewAt ?? 0) <= time()

  async function renew() {
    await Promise.all([...new Set([...audiences, ...tokens.keys()])].filter(needsRenewal).map(fetchBehind))
  }

  const timer = setInterval(() => void renew(), renewalMilliseconds).unref()
  return {
    async authorizationFor(audience) {
      const token = tokens.get(audience)
      if (token === undefined || token.endsAt <= time()) return (await fetchOnce(audience)).authorization
      if (needsRenewal(audience)) void fetchBehind(audience)
      return token.authorization
    },
    refused(audience, authorization) {
      if (tokens.get(audience)?.authorization === authorization) tokens.delete(audience)
    },
    renew,
    close: () => clearInterval(timer),
  }
}

const tokenAnswers = z.discriminatedUnion('status', [
  z.object({
    status: z.literal(200),
    body: z.object({
      access_token: z.string(),
      token_type: z.literal('Bearer'),
      expires_in: z.int().min(1).max(serviceToken.lifetimeSeconds),
    }),
  }),
  z.object({ status: z.literal(401), body: z.unknown() }),
  z.object({ status: z.literal(403), body: z.unknown() }),
])

type TokenAnswer = Extract<z.infer<typeof tokenAnswers>, { status: 200 }>['body']
type Wanted = {
  readonly credentials: { readonly id: string; readonly secret: string }
  readonly audience: string
  readonly logger: Logger
}

async function fetchToken(users: Peer, { credentials, audience, logger }: Wanted): Promise<TokenAnswer> {
  const answer = await users
    .call({
      method: 'POST',
      path: '/internal/v1/service-token',
      forwarded: {},
      authorization: `Basic ${Buffer.from(`${credentials.id}:${credentials.secret}`).toString('base64')}`,
      body: { audience },
      effect: 'repeatable',
      answers: tokenAnswers,
    })
    // Whoever the token was for has not been asked yet.
    .catch((cause: unknown) => {
      throw new PeerUnavailable('users', { mayHaveActed: false, retryAfterSeconds: 2, cause })
    })
  if (answer.status === 200) return answer.body
  const cause = new Error(`users answers ${answer.status} to ${credentials.id}, which wants a token for ${audience}`)
  logger.error({ error: cause }, 'no service token: the client secret or its grants are wrong')
  throw new PeerUnavailable('users', { mayHaveActed: false, retryAfterSeconds: 5, cause })
}

function tokenOf({ access_token, expires_in }: TokenAnswer, time: number): Token {
  const lifetime = expires_in * 1_000
  return { authorization: `Bearer ${access_token}`, renewAt: time + lifetime / 2, endsAt: time + lifetime }
}

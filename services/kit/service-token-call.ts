import type { Peer, PeerCall } from './peer.ts'
import { PeerUnavailable } from './peer.ts'
import type { ServiceTokens } from './service-token-client.ts'

/** How a service is called in this service's own name. */
export type ServiceWay = {
  readonly peer: Peer
  readonly tokens: ServiceTokens
  /** The long name of the service that is called. */
  readonly audience: string
}

type NamedCall<Answer> = Omit<PeerCall<Answer>, 'authorization'>

/** A token that is refused is replaced once. Throws PeerUnavailable, also where we are not let in with a new one. */
export async function callAsService<Answer extends { readonly status: number }>(
  { peer, tokens, audience }: ServiceWay,
  call: NamedCall<Answer>,
): Promise<Answer> {
  const first = await inTime(tokens.authorizationFor(audience), { audience, signal: call.signal })
  const answer = await peer.call({ ...call, authorization: first })
  if (answer.status !== 401) return admitted(answer, audience)
  tokens.refused(audience, first)
  const second = await inTime(tokens.authorizationFor(audience), { audience, signal: call.signal })
  return admitted(await peer.call({ ...call, authorization: second }), audience)
}

function admitted<Answer extends { readonly status: number }>(answer: Answer, audience: string): Answer {
  if (answer.status !== 401 && answer.status !== 403) return answer
  const cause = new Error(`${audience} answers ${answer.status} to our service token`)
  throw new PeerUnavailable(audience, { mayHaveActed: false, retryAfterSeconds: 2, cause })
}

type Waiting = { readonly audience: string; readonly signal: AbortSignal | undefined }

/** The fetch of a token is shared, so it outlives a caller who has no more time. */
async function inTime<Value>(awaited: Promise<Value>, { audience, signal }: Waiting): Promise<Value> {
  if (signal === undefined) return awaited
  const { promise: over, reject } = Promise.withResolvers<never>()
  const giveUp = () =>
    reject(new PeerUnavailable(audience, { mayHaveActed: false, retryAfterSeconds: 1, cause: signal.reason }))
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([awaited, over])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

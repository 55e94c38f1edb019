import { parseChallenge } from './challenge.ts'
import { basicWord, type CredentialSource, type Credentials } from './credentials.ts'
import { parseToken, tokenCall } from './fetch-token.ts'
import { registryLogin, registryOrigin } from './registry-failures.ts'
import { type RetryPolicy, retrying } from './retrying.ts'
import { exchange, openExchange, type RegistryAnswer, type WireRequest } from './wire.ts'

export type RegistryRequest = Omit<WireRequest, 'url'> & {
  /** A path below the registry's origin, or an address that the registry itself gave. */
  readonly path: string | URL
  /** What the request needs to be allowed, for example `repository:node:pull`. */
  readonly scopes: readonly string[]
}

/** Requests to one registry with its login. 429, 5xx and lost connections are tried again by `ask` and `open` alone. */
export type RegistryTransport = {
  readonly host: string
  readonly retry: RetryPolicy
  readonly environment: string | null
  /** Throws REGISTRY_UNREACHABLE, REGISTRY_LOGIN (refused) or INTERRUPTED. Every other status is an answer. */
  ask(request: RegistryRequest, signal: AbortSignal): Promise<RegistryAnswer>
  /** As `ask`, but never sent twice for the connection's sake: for what must not be repeated blindly. */
  askOnce(request: RegistryRequest, signal: AbortSignal): Promise<RegistryAnswer>
  /** As `ask`, but the answer's body is left to the caller to read. */
  open(request: RegistryRequest, signal: AbortSignal): Promise<Response>
  /** An address that the registry answered, made absolute; its own host is never left to plain HTTP. */
  locate(location: string, askedAt: string | URL): URL
  /** Bytes of request bodies that were sent whole. */
  bytesSent(): number
}

export type TransportMeans = {
  readonly host: string
  readonly credentials: CredentialSource
  readonly retry: RetryPolicy
  /** For the command that makes a missing repository; null where none does. */
  readonly environment: string | null
}

type Answered = { readonly status: number; readonly headers: Headers }
type Send<Answer> = (request: WireRequest, signal: AbortSignal) => Promise<Answer>

export const createTransport = ({ host, credentials, retry, environment }: TransportMeans): RegistryTransport => {
  const origin = registryOrigin(host)
  /** A token is for what it was asked for, a password is for all. */
  const tokens = new Map<string, string>()
  let password: string | undefined
  let sent = 0

  const wireRequest = ({ path, scopes, ...rest }: RegistryRequest): WireRequest => {
    const url = new URL(path, origin)
    const word = tokens.get(scopes.join(' ')) ?? password
    // A registry may send an upload to another host with an address that is its own permission.
    const isOwn = url.origin === origin
    const authorization = word === undefined || !isOwn ? {} : { authorization: word }
    return { ...rest, url, headers: { ...rest.headers, ...authorization } }
  }

  const answerChallenge = async (answer: Answered, request: RegistryRequest, signal: AbortSignal): Promise<void> => {
    const challenge = parseChallenge(answer.headers.get('www-authenticate') ?? '')
    if (challenge === null) throw registryLogin(host, ['it asks for a kind of login that shopctl does not know'])
    const login = await credentials(signal)
    if (challenge.scheme === 'basic') {
      password = basicHeader(host, login)
      return
    }
    const token = { host, challenge, scopes: request.scopes, credentials: login }
    const reply = await retrying(() => exchange(tokenCall(token), signal), { policy: retry, signal })
    tokens.set(request.scopes.join(' '), `Bearer ${parseToken(reply, token)}`)
  }

  /** A token that has run out is answered by one 401: a second one in a row is a no. */
  const sendWithLogin = async <Answer extends Answered>(
    send: Send<Answer>,
    { request, signal }: { readonly request: RegistryRequest; readonly signal: AbortSignal },
  ): Promise<Answer> => {
    const first = await send(wireRequest(request), signal)
    if (first.status !== 401) return first
    await answerChallenge(first, request, signal)
    return send(wireRequest(request), signal)
  }

  const settle = <Answer extends Answered>(answer: Answer, request: RegistryRequest): Answer => {
    if (answer.status === 401 || answer.status === 403) throw refusal(host, { answer, request })
    sent += request.body?.size ?? 0
    return answer
  }

  const repeated = async <Answer extends Answered>(
    send: Send<Answer>,
    { request, signal }: { readonly request: RegistryRequest; readonly signal: AbortSignal },
  ): Promise<Answer> => {
    const answer = await retrying(() => sendWithLogin(send, { request, signal }), { policy: retry, signal })
    return settle(answer, request)
  }

  return {
    host,
    retry,
    environment,
    ask: (request, signal) => repeated(exchange, { request, signal }),
    askOnce: async (request, signal) => settle(await sendWithLogin(exchange, { request, signal }), request),
    open: (request, signal) => repeated(openExchange, { request, signal }),
    locate(location, askedAt) {
      const url = new URL(location, new URL(askedAt, origin))
      if (url.host === host && url.origin !== origin) return new URL(`${origin}${url.pathname}${url.search}`)
      return url
    },
    bytesSent: () => sent,
  }
}

const basicHeader = (host: string, login: Credentials | null): string => {
  if (login?.kind === 'password') return `Basic ${basicWord(login)}`
  throw registryLogin(host, [login === null ? 'docker knows no login for it' : 'it takes no identity token'])
}

const refusal = (
  host: string,
  { answer, request }: { readonly answer: Answered; readonly request: RegistryRequest },
): Error => {
  const asked = `${request.method} ${new URL(request.path, registryOrigin(host)).pathname}`
  return registryLogin(host, [`it answered ${answer.status} to ${asked} (${request.scopes.join(' ')})`])
}

import { z } from 'zod'
import { redact } from '../../tools/redact.ts'
import type { Challenge } from './challenge.ts'
import { basicWord, type Credentials, secretsOf } from './credentials.ts'
import { isOnThisMachine, registryLogin } from './registry-failures.ts'
import type { RegistryAnswer, WireRequest } from './wire.ts'

const tokenSchema = z
  .object({ token: z.string().optional(), access_token: z.string().optional() })
  .transform(({ token, access_token }) => token ?? access_token ?? '')
  .pipe(z.string().min(1))

export type TokenRequest = {
  readonly host: string
  readonly challenge: Extract<Challenge, { scheme: 'bearer' }>
  readonly scopes: readonly string[]
  readonly credentials: Credentials | null
}

/** A password goes to a token server only where nobody can read it on the way. */
const realmOf = ({ host, challenge }: TokenRequest): URL => {
  const realm = URL.parse(challenge.realm, `https://${host}`)
  const isSafe = realm?.protocol === 'https:' || (realm?.protocol === 'http:' && isOnThisMachine(realm.host))
  if (realm === null || !isSafe) {
    throw registryLogin(host, [`it sends shopctl to ${challenge.realm} for a token, which is not https`])
  }
  return realm
}

/** The request for a token as a value: a form with the identity token, else a query with the password or without. */
export const tokenCall = (request: TokenRequest): WireRequest => {
  const { challenge, scopes, credentials } = request
  const url = realmOf(request)
  const service: [string, string][] = challenge.service === null ? [] : [['service', challenge.service]]
  if (credentials?.kind === 'identity-token') {
    const grant: [string, string][] = [
      ['grant_type', 'refresh_token'],
      ['client_id', 'shopctl'],
      ['refresh_token', credentials.token],
    ]
    const form = new URLSearchParams([...grant, ...service, ['scope', scopes.join(' ')]])
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { method: 'POST', url, headers, body: new Blob([form.toString()]) }
  }
  for (const [name, value] of service) url.searchParams.append(name, value)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  return {
    method: 'GET',
    url,
    headers: credentials === null ? {} : { authorization: `Basic ${basicWord(credentials)}` },
  }
}

/** The token in the answer. Throws REGISTRY_LOGIN (refused) with the server's words, without what was sent to it. */
export const parseToken = (answer: RegistryAnswer, { host, credentials }: TokenRequest): string => {
  const text = answer.body.toString()
  const token = tokenSchema.safeParse(jsonOrNull(text))
  if (answer.status === 200 && token.success) return token.data
  const words = redact(text.slice(0, 300), secretsOf(credentials)).trim()
  throw registryLogin(host, [`its token server answered ${answer.status}`, ...(answer.status === 200 ? [] : [words])])
}

const jsonOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

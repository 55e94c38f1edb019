import { randomUUID } from 'node:crypto'
import { type ScriptedServer, scriptedServer } from '../../kit/testing/scripted-server.ts'
import { testKey, testServiceToken, testToken } from '../../kit/testing/token-kit.ts'
import { services } from '../../registry.ts'

export type UsersStandIn = {
  readonly url: string
  /** `Bearer …` of a user id, `admin`, or `service:` and its scopes by commas; the same for the same name. */
  authorizationOf(name: string): Promise<string>
  close(): Promise<void>
}

/** What a service asks of the users service: its keys, a token of its own, and who is signed in. */
export async function usersStandIn(key = testKey('tests')): Promise<UsersStandIn> {
  const adminId = randomUUID()
  const known = new Map<string, Promise<string>>()
  const server: ScriptedServer = await scriptedServer()

  server.script(({ path }) => {
    if (path === '/.well-known/jwks.json') return { status: 200, json: { keys: [key.jwk] } }
    if (path === '/internal/v1/service-token') {
      return { status: 200, json: { access_token: 'of-the-catalog', token_type: 'Bearer', expires_in: 600 } }
    }
    // Everybody's session has the id of its user.
    const userId = /^\/internal\/v1\/sessions\/([0-9a-f-]{36})$/.exec(path)?.[1]
    if (userId === undefined) return undefined
    const role = userId === adminId ? 'admin' : 'user'
    return { status: 200, json: { state: 'live', user_id: userId, role, email_verified: true } }
  })

  async function tokenOf(name: string): Promise<string> {
    const now = new Date()
    if (name.startsWith('service:')) {
      const scope = name.slice('service:'.length).replaceAll(',', ' ')
      return testServiceToken(key, now, { aud: services.catalog.longName, scope })
    }
    const userId = name === 'admin' ? adminId : name
    return testToken(key, now, { claims: { sub: userId, sid: userId, role: name === 'admin' ? 'admin' : 'user' } })
  }

  return {
    url: server.url,
    async authorizationOf(name) {
      const token = known.get(name) ?? tokenOf(name)
      known.set(name, token)
      return `Bearer ${await token}`
    },
    close: () => server.close(),
  }
}

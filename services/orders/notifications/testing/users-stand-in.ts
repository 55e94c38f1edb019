import { type ScriptedServer, scriptedServer } from '../../../kit/testing/scripted-server.ts'

export type TestContact = {
  readonly state?: 'active' | 'closed'
  readonly phone?: string | null
  readonly language?: string
  readonly email_verified?: boolean
  readonly display_name?: string
}

export type UsersStandIn = ScriptedServer & {
  /** Whoever is not known here is an active user without anything special. */
  know(userId: string, contact: TestContact): void
  be(mood: 'well' | 'away'): void
}

export const emailOf = (userId: string): string => `${userId}@mail.example`

/** Of the users service only how people are reached. */
export async function usersStandIn(): Promise<UsersStandIn> {
  const server = await scriptedServer()
  const contacts = new Map<string, TestContact>()
  let mood: 'well' | 'away' = 'well'
  server.script(({ method, path, headers }) => {
    const userId = /^\/internal\/v1\/users\/([^/]+)\/contact$/.exec(path)?.[1]
    if (method !== 'GET' || userId === undefined) return undefined
    if (mood === 'away') return 'reset'
    if (headers.authorization !== 'Bearer of-these-tests') return { status: 401, json: {} }
    const contact = contacts.get(userId) ?? {}
    if (contact.state === 'closed') return { status: 200, json: { user_id: userId, state: 'closed' } }
    const active = { user_id: userId, state: 'active', email: emailOf(userId), email_verified: true, phone: null }
    return { status: 200, json: { ...active, display_name: 'Ada', language: 'en', ...contact } }
  })
  return {
    ...server,
    know: (userId, contact) => void contacts.set(userId, contact),
    be(next) {
      mood = next
    },
  }
}

import { sql } from 'kysely'
import { z } from 'zod'
import type { Role } from '../../kit/principal.ts'
import { addAccount, signedIn, type TestAccount, testPassword } from './test-accounts.ts'
import { post, testSettings, testUsers } from './test-users.ts'

export type AccountsFixture = Awaited<ReturnType<typeof accountsFixture>>

type Sending = { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown }

/** The service with an admin, and people as they are needed. */
export async function accountsFixture() {
  const users = await testUsers()
  const { kysely } = users
  const { app } = await users.open({ RATE_LIMIT_REQUESTS: '1000000' })
  const headersOf = (account: TestAccount, role: Role) =>
    signedIn(kysely, { account, role, keys: testSettings().JWT_PRIVATE_KEYS })
  const admin = await addAccount(kysely, 'admin@accounts.example', { role: 'admin' })
  const asAdmin = await headersOf(admin, 'admin')
  let next = 0

  const send = (method: string, path: string, { headers, body }: Sending) =>
    app.request(path, { ...(body === undefined ? { headers } : post(body, headers)), method })
  return {
    kysely,
    app,
    admin,
    asAdmin,
    send,
    async person() {
      const account = await addAccount(kysely, `person${++next}@accounts.example`)
      return { ...account, headers: await headersOf(account, 'user') }
    },
    put: (path: string, headers: Sending['headers'], body: unknown) => send('PUT', path, { headers, body }),
    get: (path: string, headers: Sending['headers'] = asAdmin) => send('GET', path, { headers }),
    logIn: (email: string, password = testPassword) => app.request('/api/v1/auth/login', post({ email, password })),
    trailOf: (userId: string) =>
      kysely
        .selectFrom('audit_logs')
        .select(['action', 'actor', 'target', 'detail'])
        .where('user_id', '=', userId)
        .orderBy('created_at')
        .execute(),
    /** The whole row, also what no answer shows. */
    async rowText(id: string) {
      return (await sql<{ row: string }>`select u::text as row from users u where id = ${id}`.execute(kysely)).rows[0]
        ?.row
    },
    close: () => users.close(),
  }
}

export const codeOf = async (response: Response) => z.object({ code: z.string() }).parse(await response.json()).code

import { type Kysely, sql } from 'kysely'
import type { Role } from '../kit/principal.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import type { UsersTables } from './schema.ts'
import type { UsersSettings } from './settings.ts'

type DemoUser = { readonly email: string; readonly name: string; readonly role: Role; readonly password: string }

/** Two users to log in with. Again with the same passwords, nothing changes; with others, only the hashes do. */
export async function seedDemoUsers(context: {
  readonly settings: UsersSettings
  readonly database: Kysely<UsersTables>
  now(): Date
}) {
  const { SEED_CUSTOMER_PASSWORD: customer, SEED_ADMIN_PASSWORD: admin } = context.settings
  if (customer === undefined || admin === undefined) {
    throw new Error('SEED_CUSTOMER_PASSWORD and SEED_ADMIN_PASSWORD are required')
  }
  const users: readonly DemoUser[] = [
    { email: 'demo@shop.example', name: 'Demo Customer', role: 'user', password: customer },
    { email: 'admin@shop.example', name: 'Demo Admin', role: 'admin', password: admin },
  ]
  for (const user of users) await seedUser(user, context)
  return { users: users.map(({ email, role }) => ({ email, role })) }
}

async function seedUser(user: DemoUser, { database, now }: { database: Kysely<UsersTables>; now(): Date }) {
  const { email, name, role, password } = user
  const existing = await database
    .selectFrom('users')
    .select(['password_hash'])
    .where(sql`lower(email)`, '=', email)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (existing?.password_hash && (await verifyPassword(password, existing.password_hash))) return

  const password_hash = await hashPassword(password)
  await database
    .insertInto('users')
    .values({ id: uuidV7(now()), email, name, role, password_hash, verified: true })
    .onConflict((conflict) =>
      conflict.expression(sql`lower(email)`).where('deleted_at', 'is', null).doUpdateSet({ password_hash }),
    )
    .execute()
}

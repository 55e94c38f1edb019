import { sql } from 'kysely'
import { loadRunPattern, loadTestAddress } from '../kit/load-data/load-test-address.ts'
import { createOutbox } from '../kit/outbox/outbox.ts'
import type { LoadData } from '../kit/service.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { createCloseAccount } from './close-account.ts'
import type { UsersTables } from './schema.ts'
import type { UsersSettings } from './settings.ts'

/** A job has a minute; whoever asks comes again for the rest. */
const closedAtOnce = 500

/** Customers whose addresses count as verified, and no mail was sent for: what they do shall not wait for one. */
export const usersLoadData: LoadData<UsersSettings, UsersTables> = {
  async make({ database, now }, { run, count, passwordHash }) {
    if (passwordHash === undefined) throw new Error('--password-hash is required')
    const accounts = Array.from({ length: count }, (_, number) => ({
      id: uuidV7(now()),
      email: loadTestAddress(run, `${number}`),
      name: 'Load Test',
      password_hash: passwordHash,
      verified: true,
    }))
    await database.insertInto('users').values(accounts).execute()
    return { accounts: accounts.map(({ email }) => email) }
  },

  async remove({ database, now }, run) {
    const closeAccount = createCloseAccount({ database, outbox: createOutbox(services.users.longName), now })
    const open = await database
      .selectFrom('users')
      .select('id')
      .where(sql<boolean>`lower(email) like ${loadRunPattern(run)}`)
      .where('deleted_at', 'is', null)
      .limit(closedAtOnce + 1)
      .execute()
    const due = open.slice(0, closedAtOnce)
    for (const { id } of due) {
      await closeAccount(id, { ip: null, userAgent: null, requestId: `load-data-${run}` })
    }
    return { removed: due.length, more: open.length > due.length }
  },
}

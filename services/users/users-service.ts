import { endTogether } from '../kit/end-together.ts'
import { eventTypesOf } from '../kit/event-schemas/event-catalogue.ts'
import { once } from '../kit/once.ts'
import type { Service } from '../kit/service.ts'
import { services } from '../registry.ts'
import { sweepOldRows } from './forget-old-rows-sweeper.ts'
import { yieldToRequests } from './hash-threads.ts'
import { openMailer } from './mail/open-mailer.ts'
import { createMailedTokens } from './mailed-token.ts'
import { accountsMigration } from './migrations/0001-accounts.ts'
import { auditLogsMigration } from './migrations/0002-audit-logs.ts'
import { mailsMigration } from './migrations/0004-mails.ts'
import { accountRulesMigration } from './migrations/0005-account-rules.ts'
import { eventDeliveryMigration } from './migrations/0006-event-delivery.ts'
import { openHashQueue } from './open-hash-queue.ts'
import { openOwnGuard } from './open-own-guard.ts'
import type { UsersTables } from './schema.ts'
import { type UsersSettings, usersSettings } from './settings.ts'
import { usersRoutes } from './users-routes.ts'

/** Accounts, logins and the keys by which the other services know who calls. */
export const usersService: Service<UsersSettings, UsersTables> = {
  facts: services.users,
  settings: usersSettings,
  migrations: [accountsMigration, auditLogsMigration, mailsMigration, accountRulesMigration, eventDeliveryMigration],
  publishes: eventTypesOf('users'),
  requestLimit: { perMinute: 100, alwaysLimited: ['/api/v1/auth/'] },
  bodyLimits: { '/api/v1/auth': 4 * 1024, '/api/v1/users': 4 * 1024 },

  async open({ settings, logger, metrics, database, now }) {
    const tokens = createMailedTokens(settings.TOKEN_KEY)
    const hashes = openHashQueue(metrics)
    const own = openOwnGuard({ settings, database, logger, now })
    const routes = usersRoutes({ settings, metrics, database, now, hashes, tokens, ...own })
    const sweeper = sweepOldRows(database, logger)
    const mailer = openMailer({ settings, database, tokens, logger, now })
    const yieldOnce = once(() =>
      yieldToRequests().catch((error: unknown) => logger.warn({ error }, 'hashes are as urgent as requests')),
    )
    return {
      routes,
      async warm(get) {
        // It is called a few times, and nobody has to wait for this.
        void yieldOnce()
        await Promise.all(['/.well-known/jwks.json', '/api/v1/users/me'].map(get))
      },
      optionalChecks: mailer.optionalChecks,
      ...endTogether([{ close: sweeper.stop }, mailer]),
    }
  },

  async seed(context) {
    const { seedDemoUsers } = await import('./seed.ts')
    return seedDemoUsers(context)
  },

  loadData: async () => (await import('./load-data.ts')).usersLoadData,
}

import { availableParallelism } from 'node:os'
import { createLocalJWKSet } from 'jose'
import { Gauge } from 'prom-client'
import { createTokenVerifier } from '../kit/authentication.ts'
import { createRoutes } from '../kit/routes.ts'
import type { Service } from '../kit/service.ts'
import { services } from '../registry.ts'
import { createTokenSigner } from './access-token.ts'
import { authRoutes } from './auth-routes.ts'
import { createHashQueue } from './hash-queue.ts'
import { keySetRoutes } from './key-set-routes.ts'
import { createLogIn } from './login.ts'
import { accountsMigration } from './migrations/0001-accounts.ts'
import { auditLogsMigration } from './migrations/0002-audit-logs.ts'
import { profileRoutes } from './profile-routes.ts'
import { createRegister } from './register.ts'
import type { UsersTables } from './schema.ts'
import { type UsersSettings, usersSettings } from './settings.ts'

const hashLimits = { inFlight: Math.min(availableParallelism(), 2), waiting: 64, waitMilliseconds: 2_000 }

/** Accounts, logins and the keys by which the other services know who calls. */
export const usersService: Service<UsersSettings, UsersTables> = {
  facts: services.users,
  settings: usersSettings,
  migrations: [accountsMigration, auditLogsMigration],
  bodyLimits: { '/api/v1/auth': 4 * 1024 },

  async open({ settings, metrics, database, now }) {
    const { JWT_PRIVATE_KEYS: keys, TOKEN_ISSUER: issuer, TRUSTED_PROXY_HOPS: trustedProxyHops } = settings
    const hashes = createHashQueue(hashLimits)
    new Gauge({
      name: 'password_hash_in_flight',
      help: 'Password hashes that are being computed now',
      registers: [metrics.registry],
      collect() {
        this.set(hashes.inFlight())
      },
    })
    const register = createRegister({ database, hashes, now })
    const sign = createTokenSigner(keys, issuer)
    const logIn = createLogIn({ database, hashes, sign, unverified: settings.AUTH_UNVERIFIED_LOGIN, now })
    const verify = createTokenVerifier({ keys: createLocalJWKSet({ keys: [...keys.publicKeys] }), issuer, now })

    const routes = createRoutes()
    routes.route('/', authRoutes({ register, logIn, metrics, trustedProxyHops }))
    routes.route('/', profileRoutes({ database, verify }))
    routes.route('/', keySetRoutes(keys))
    return { routes, close: async () => undefined }
  },

  async seed(context) {
    const { seedDemoUsers } = await import('./seed.ts')
    return seedDemoUsers(context)
  },
}

import type { Kysely } from 'kysely'
import type { Guard } from '../kit/guard.ts'
import type { Metrics } from '../kit/metrics.ts'
import { createOutbox } from '../kit/outbox/outbox.ts'
import { createCursors } from '../kit/pagination.ts'
import { createRoutes } from '../kit/routes.ts'
import { services } from '../registry.ts'
import type { UsersAccess } from './access.ts'
import { createServiceTokenSigner, createTokenSigner } from './access-token.ts'
import { createAccountRights } from './account-rights.ts'
import { adminRoutes } from './admin-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { createChangePassword } from './change-password.ts'
import { createCloseAccount } from './close-account.ts'
import { createForgotPassword } from './forgot-password.ts'
import type { HashQueue } from './hash-queue.ts'
import { internalRoutes } from './internal-routes.ts'
import { keySetRoutes } from './key-set-routes.ts'
import { linkPageRoutes } from './link-pages/link-page-routes.ts'
import { createLogIn } from './login.ts'
import type { MailedTokens } from './mailed-token.ts'
import { mailedTokenRoutes } from './mailed-token-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { createRefresh } from './refresh.ts'
import { createSuccessorOf } from './refresh-token.ts'
import { createRegister } from './register.ts'
import { createResendVerification } from './resend-verification.ts'
import { createResetPassword } from './reset-password.ts'
import type { UsersTables } from './schema.ts'
import { serviceTokenRoutes } from './service-token-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import type { SessionSeen } from './session-seen.ts'
import type { UsersSettings } from './settings.ts'
import { createVerifyEmail } from './verify-email.ts'

type Parts = {
  readonly settings: UsersSettings
  readonly metrics: Metrics
  readonly database: Kysely<UsersTables>
  readonly hashes: HashQueue
  readonly tokens: MailedTokens
  readonly guard: Guard<UsersAccess>
  readonly seen: SessionSeen
  now(): Date
}

/** Every route of the service. */
export function usersRoutes(parts: Parts) {
  const routes = createRoutes()
  for (const own of [signInRoutes, mailedRoutes, accountRoutes, loginRoutes, serviceRoutes])
    routes.route('/', own(parts))
  routes.route('/', keySetRoutes(parts.settings.JWT_PRIVATE_KEYS, parts.guard))
  routes.route('/', linkPageRoutes())
  return routes
}

function signInRoutes(parts: Parts) {
  const { settings, metrics, guard } = parts
  const sign = createTokenSigner(settings.JWT_PRIVATE_KEYS, settings.TOKEN_ISSUER)
  const logIn = createLogIn({ ...parts, sign, unverified: settings.AUTH_UNVERIFIED_LOGIN })
  return authRoutes({ register: createRegister(parts), logIn, guard, metrics, trustedProxyHops: hopsOf(parts) })
}

function mailedRoutes(parts: Parts) {
  const { metrics, guard } = parts
  return mailedTokenRoutes({
    verifyEmail: createVerifyEmail(parts),
    resendVerification: createResendVerification(parts),
    forgotPassword: createForgotPassword(parts),
    resetPassword: createResetPassword(parts),
    guard,
    metrics,
    trustedProxyHops: hopsOf(parts),
  })
}

/** Of accounts, one's own and everybody's. */
function accountRoutes(parts: Parts) {
  const { settings, database, guard, now } = parts
  const outbox = createOutbox(services.users.longName)
  const closeAccount = createCloseAccount({ database, outbox, now })
  const changePassword = createChangePassword(parts)
  const rights = createAccountRights({ database, outbox, now })
  const cursors = createCursors(settings.TOKEN_KEY)
  const trustedProxyHops = hopsOf(parts)
  const routes = createRoutes()
  routes.route('/', profileRoutes({ database, closeAccount, changePassword, guard, trustedProxyHops, now }))
  routes.route('/', adminRoutes({ database, cursors, rights, guard, trustedProxyHops }))
  return routes
}

function loginRoutes(parts: Parts) {
  const { settings, database, guard, metrics, now } = parts
  const sign = createTokenSigner(settings.JWT_PRIVATE_KEYS, settings.TOKEN_ISSUER)
  const refresh = createRefresh({ database, sign, successorOf: createSuccessorOf(settings.TOKEN_KEY), now })
  const cursors = createCursors(settings.TOKEN_KEY)
  return sessionRoutes({ database, refresh, cursors, guard, metrics, trustedProxyHops: hopsOf(parts), now })
}

/** For the other services. */
function serviceRoutes(parts: Parts) {
  const { settings, database, guard, seen, now } = parts
  const sign = createServiceTokenSigner(settings.JWT_PRIVATE_KEYS, settings.TOKEN_ISSUER)
  const clients = settings.SERVICE_CLIENTS
  const routes = createRoutes()
  routes.route('/', serviceTokenRoutes({ database, clients, sign, guard, trustedProxyHops: hopsOf(parts), now }))
  routes.route('/', internalRoutes({ database, seen, guard }))
  return routes
}

const hopsOf = ({ settings }: Parts) => settings.TRUSTED_PROXY_HOPS

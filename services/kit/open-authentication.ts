import { Counter } from 'prom-client'
import { z } from 'zod'
import { type ServiceFacts, services } from '../registry.ts'
import type { AccessTable } from './access.ts'
import { accessToken, createTokenVerifier, serviceNameSchema } from './authentication.ts'
import { createGuard, type Guard } from './guard.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import { openPeer } from './peer.ts'
import type { PeerMetrics } from './peer-metrics.ts'
import { peerPolicies } from './peer-policies.ts'
import { remoteKeys } from './remote-keys.ts'
import { remoteSessions } from './remote-sessions.ts'
import type { Checks } from './service.ts'
import { type ServiceTokens, serviceTokenClient } from './service-token-client.ts'
import { httpUrl } from './settings.ts'

/** The settings of a service that asks the users service who calls, and calls others in its own name. */
export function authenticationSettings({ longName }: ServiceFacts) {
  return {
    USERS_URL: httpUrl.meta({ example: `http://${services.users.longName}:${services.users.port}` }),
    TOKEN_ISSUER: z.string().min(1).default(accessToken.issuer).meta({ example: accessToken.issuer }),
    SERVICE_CLIENT_ID: serviceNameSchema.default(longName).meta({ example: longName }),
    SERVICE_CLIENT_SECRET: z
      .string()
      .min(32, 'must have at least 32 characters')
      .meta({ example: 'at least 32 random characters' }),
  }
}

type Settings = {
  readonly USERS_URL: string
  readonly TOKEN_ISSUER: string
  readonly SERVICE_CLIENT_ID: string
  readonly SERVICE_CLIENT_SECRET: string
}

export type Authentication<Table extends AccessTable> = {
  readonly guard: Guard<Table>
  readonly tokens: ServiceTokens
  /** Without keys nobody can be let in, so there is no use in being ready before they are there. */
  readonly checks: Checks
  readonly optionalChecks: Checks
  close(): void
}

/** Who calls, as the users service says: its keys, its sessions, and the tokens with which it is asked. */
export function openAuthentication<Table extends AccessTable>(parts: {
  readonly access: Table
  readonly facts: ServiceFacts
  readonly settings: Settings
  readonly metrics: Metrics
  readonly peerMetrics: PeerMetrics
  readonly logger: Logger
  now(): Date
}): Authentication<Table> {
  const { access, facts, settings, metrics, peerMetrics, logger, now } = parts
  const peer = openPeer({
    name: 'users',
    url: settings.USERS_URL,
    policy: peerPolicies.users,
    metrics: peerMetrics,
    logger,
  })
  const keys = remoteKeys(peer)
  const tokens = serviceTokenClient({
    users: peer,
    credentials: { id: settings.SERVICE_CLIENT_ID, secret: settings.SERVICE_CLIENT_SECRET },
    audiences: facts.calls.map((name) => services[name].longName),
    logger,
    now,
  })
  // Not before the keys are there: services that start together would open the breaker by asking for all at once.
  void keys.loaded.then(() => tokens.renew())
  const degraded = new Counter({
    name: 'auth_degraded_total',
    help: 'Requests of customers that went on by their token alone, because the users service did not answer',
    registers: [metrics.registry],
  })
  const guard = createGuard({
    access,
    verify: createTokenVerifier({ keys: keys.find, issuer: settings.TOKEN_ISSUER, audience: facts.longName, now }),
    sessions: remoteSessions({ peer, tokens, audience: services.users.longName }),
    onDegraded: () => degraded.inc(),
  })
  return {
    guard,
    tokens,
    checks: { keys: keys.check },
    optionalChecks: { users: peer.check },
    close() {
      tokens.close()
      keys.close()
      peer.close()
    },
  }
}

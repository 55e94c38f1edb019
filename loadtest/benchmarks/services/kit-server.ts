import { createPublicKey } from 'node:crypto'
import { createLocalJWKSet } from 'jose'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { Registry } from 'prom-client'
import { z } from 'zod'
import { users } from '../../../services/kit/access.ts'
import { createApp } from '../../../services/kit/app.ts'
import { createTokenVerifier } from '../../../services/kit/authentication.ts'
import { openDatabase } from '../../../services/kit/database.ts'
import { createGuard } from '../../../services/kit/guard.ts'
import { createHealth } from '../../../services/kit/health.ts'
import { createShopServer } from '../../../services/kit/http-server.ts'
import { createLogger, standardOutput } from '../../../services/kit/logging.ts'
import { createMetrics } from '../../../services/kit/metrics.ts'
import { createRoutes } from '../../../services/kit/routes.ts'
import { sessionsOfTokens } from '../../../services/kit/testing/sessions-of-tokens.ts'
import { services } from '../../../services/registry.ts'

/**
 * One route each with and without a token, and one row each by the kit's way to PostgreSQL and by that of kysely and pg
 * as they come, neither named nor pipelined: whatever else differs between two real routes is not in the comparison.
 */
const { DATABASE_URL, PUBLIC_KEY, PRODUCT_ID } = z
  .object({ DATABASE_URL: z.string(), PUBLIC_KEY: z.string(), PRODUCT_ID: z.string() })
  .parse(process.env)

const key = { ...createPublicKey(PUBLIC_KEY).export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' }
const verify = createTokenVerifier({
  keys: createLocalJWKSet({ keys: [key] }),
  issuer: 'shop-users',
  audience: 'bench',
  now: () => new Date(),
})
const guard = createGuard({
  access: { signedIn: users },
  verify,
  sessions: sessionsOfTokens,
  onDegraded: () => undefined,
})
const { kysely } = openDatabase<unknown>({
  url: DATABASE_URL,
  poolSize: 10,
  applicationName: 'bench',
  metrics: new Registry(),
  onConnectionError: () => undefined,
})
const plain = new Kysely<unknown>({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: DATABASE_URL, max: 10 }) }),
})
const statement = 'select product_id, quantity, reserved, location, version from inventory where product_id = '

const routes = createRoutes()
routes.get('/open', (c) => c.json({ ok: true }))
routes.get('/signed-in', guard.user('signedIn').middleware, (c) => c.json({ ok: true }))
for (const [path, database] of [
  ['/kit', kysely],
  ['/plain', plain],
] as const) {
  routes.get(path, async (c) => {
    const { rows } = await sql`${sql.raw(statement)} ${PRODUCT_ID}`.execute(database)
    return c.json(rows)
  })
}

const logger = createLogger({ service: 'bench', version: 'bench', level: 'info' }, standardOutput())
const metrics = createMetrics()
const health = createHealth({ required: {}, optional: {}, elapsed: () => performance.now() })
const app = createApp({ facts: services.users, version: 'bench', logger, metrics, health, routes })
const port = await createShopServer(app.fetch, logger).listen({ host: '127.0.0.1', port: 0 })
logger.info({ port }, 'listening')

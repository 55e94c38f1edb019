import { generateKeyPairSync } from 'node:crypto'
import { z } from 'zod'
import { openDatabase } from '../../kit/database.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { readSettings } from '../../kit/settings.ts'
import { keptLog, type LogLine, type TestApp, testApp } from '../../kit/testing/test-app.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import { requireValidEvents } from '../../kit/testing/written-events.ts'
import type { UsersTables } from '../schema.ts'
import { type UsersSettings, usersSettings } from '../settings.ts'
import { usersService } from '../users-service.ts'

/** A private key as the setting JWT_PRIVATE_KEYS holds it. */
export function testPrivateKey(kid: string) {
  return { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid }
}

/** What a process of the service needs beside its database. */
export const testEnvironment = {
  SHOP_ENV: 'test',
  DATABASE_URL: 'postgres://unused',
  JWT_PRIVATE_KEYS: JSON.stringify([testPrivateKey('one'), testPrivateKey('two')]),
  TOKEN_KEY: 'the key of the tests, of 32 characters or more',
  PUBLIC_BASE_URL: 'https://shop.test',
}

export function testSettings(changes: Readonly<Record<string, string>> = {}): UsersSettings {
  const reading = readSettings(usersSettings, {
    environment: { ...testEnvironment, ...changes },
    readFile: () => '',
  })
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults))
  return reading.settings
}

/** `serviceLines` are those of what runs beside requests. */
export type TestUsersApp = TestApp & { serviceLines(): readonly LogLine[] }

export type TestUsers = Awaited<ReturnType<typeof testUsers>>

/** The service on a database of its own; several applications with different settings may share it. */
export async function testUsers() {
  const database = await testDatabase<UsersTables>(usersService.migrations)
  const opened: (() => Promise<void>)[] = []
  return {
    kysely: database.kysely,
    url: database.url,
    async open(changes: Readonly<Record<string, string>> = {}, now = () => new Date()): Promise<TestUsersApp> {
      const metrics = createMetrics()
      const pool = openDatabase<UsersTables>({
        url: database.url,
        poolSize: 20,
        applicationName: 'test',
        metrics: metrics.registry,
        onConnectionError: () => undefined,
      })
      const log = keptLog()
      const { facts, bodyLimits, open } = usersService
      const context = {
        facts,
        metrics,
        settings: testSettings(changes),
        logger: log.logger,
        database: pool.kysely,
        redis: async () => null,
      }
      const service = await open({ ...context, now })
      opened.push(async () => {
        await service.close()
        await pool.close()
      })
      const app = testApp(service.routes, {
        metrics,
        ...(bodyLimits === undefined ? {} : { bodyLimits }),
        optional: service.optionalChecks ?? {},
      })
      return { ...app, serviceLines: log.lines }
    },
    async close() {
      await Promise.all(opened.map((close) => close()))
      await requireValidEvents(database.kysely, 'users').finally(() => database.drop())
    },
  }
}

export const post = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
})

export const loginAnswer = z.strictObject({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.literal(900),
})

/** How often a statement of a kind has run, by the service's own metrics. */
export async function statementCounts({ metrics }: TestApp): Promise<Record<string, number>> {
  const lines = (await metrics.registry.metrics()).split('\n')
  const counts = lines.flatMap((line) => {
    const found = /^db_query_duration_seconds_count\{operation="(\w+)"\} (\d+)$/.exec(line)
    return found?.[1] === undefined ? [] : [[found[1], Number(found[2])] as const]
  })
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

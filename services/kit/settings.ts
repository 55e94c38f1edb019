import { z } from 'zod'
import { eventBusUrl } from './bus/event-bus-url.ts'
import { environmentFaults } from './environment-rules.ts'
import { failpointList } from './failpoint-list.ts'

export const environments = ['test', 'local', 'dev', 'staging', 'prod'] as const

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be decimal digits')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be at most 65535')

const count = z
  .string()
  .regex(/^\d{1,3}$/, 'must be a number of at most three decimal digits')
  .transform(Number)

export const postgresUrl = z
  .string()
  .refine((value) => /^postgres(ql)?:$/.test(protocolOf(value)), 'must be a URL that starts with postgres://')

export const httpUrl = z
  .string()
  .refine((value) => /^https?:$/.test(protocolOf(value)), 'must be a URL that starts with http:// or https://')
  .transform((value) => value.replace(/\/+$/, ''))

/** The settings of every service; a service spreads them into its own `z.object({ ...commonSettings, … })`. */
export const commonSettings = {
  SHOP_ENV: z.enum(environments).meta({ example: 'local' }),
  PORT: port.optional().meta({ example: '8080' }),
  METRICS_PORT: port.optional().meta({ example: '9464' }),
  HOST: z.string().min(1).default('0.0.0.0').meta({ example: '127.0.0.1' }),
  DATABASE_URL: postgresUrl.meta({ example: 'postgres://shop_users:…@localhost:5432/users' }),
  MIGRATION_DATABASE_URL: postgresUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/users' }),
  DATABASE_POOL: count
    .refine((value) => value >= 1, 'must be at least 1')
    .default(10)
    .meta({ example: '10' }),
  REDIS_URL: z
    .string()
    .refine((value) => /^rediss?:$/.test(protocolOf(value)), 'must be a URL that starts with redis:// or rediss://')
    .optional()
    .meta({ example: 'redis://localhost:6379' }),
  /** Its scheme says which bus it is; all services need the same. Where it is left out, each has one in its own database. */
  EVENT_BUS_URL: eventBusUrl.optional().meta({ example: 'postgres://shop_users:…@localhost:5432/bus' }),
  /** The owner of the bus's tables, where it is one of PostgreSQL. */
  MIGRATION_EVENT_BUS_URL: postgresUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/bus' }),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal']).default('info').meta({ example: 'info' }),
  NAMESPACE: z.string().optional().meta({ example: 'shop' }),
  POD_NAME: z.string().optional().meta({ example: 'user-management-7d9f-x2x9k' }),
  SERVICE_VERSION: z.string().min(1).default('unversioned').meta({ example: '1.4.0' }),
  TRUSTED_PROXY_HOPS: count.default(0).meta({ example: '1' }),
  /** A minute and client; where it is left out, the service's own (`requestLimit`). */
  RATE_LIMIT_REQUESTS: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'must be a number from 1 to 9999999, in decimal digits')
    .transform(Number)
    .optional()
    .meta({ example: '100' }),
  /** With it a load test may show, by an HMAC in a header, that it is not to be limited. */
  RATE_LIMIT_BYPASS_KEY: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .meta({ example: 'at least 32 random characters', refusedIn: 'prod' }),
  /** Seconds between "not ready" and the last accepted request. */
  SHUTDOWN_DELAY: count.optional().meta({ example: '5' }),
  /** A collector that speaks OTLP over HTTP; without it no tracing code is loaded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional().meta({ example: 'http://collector:4318' }),
  /** Share of the traces begun here that are recorded. */
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(0.1)
    .meta({ example: '0.1' }),
  FAILPOINTS: failpointList.optional().meta({ example: 'orders.saga.after_charge:exit', onlyIn: 'test' }),
}

export type CommonSettings = z.output<z.ZodObject<typeof commonSettings>>

/** What a service's settings schema must be: an object of environment names. */
export type SettingsSchema<Settings> = z.ZodType<Settings> & { readonly shape: Readonly<Record<string, z.ZodType>> }

export type SettingsFault = { readonly name: string; readonly rule: string; readonly example: string | null }

export type SettingsReading<Settings> =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly faults: readonly SettingsFault[] }

export type SettingsSource = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Throws where the file cannot be read. */
  readFile(path: string): string
}

/** Reads every setting, each also from the file that NAME_FILE names, and lists all faults at once. Never a value. */
export function readSettings<Settings>(
  schema: SettingsSchema<Settings>,
  source: SettingsSource,
): SettingsReading<Settings> {
  const faults: SettingsFault[] = []
  const values: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const given = givenValue(name, source)
    if (given.fault !== null) faults.push({ name, rule: given.fault, example: exampleOf(schema, name) })
    if (given.value !== null) values[name] = given.value
  }

  const unreadable = new Set(faults.map((fault) => fault.name))
  const parsed = schema.safeParse(values)
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? 'settings')
    if (unreadable.has(name)) continue
    const missing = issue.path.length === 1 && values[name] === undefined
    // A rule over several settings would say again that one of them is missing.
    if (missing && faults.some((fault) => fault.name === name)) continue
    faults.push({ name, rule: missing ? 'is required' : ruleOf(issue), example: exampleOf(schema, name) })
  }
  const faulty = new Set(faults.map((fault) => fault.name))
  for (const { name, rule } of environmentFaults(schema.shape, values)) {
    if (!faulty.has(name)) faults.push({ name, rule, example: null })
  }
  if (!parsed.success || faults.length > 0) return { ok: false, faults }
  return { ok: true, settings: parsed.data }
}

/** One line that names every fault, for the log. */
export function renderFaults(faults: readonly SettingsFault[]): string {
  const sentences = faults.map(
    ({ name, rule, example }) => `${name} ${rule}${example ? ` (for example ${example})` : ''}`,
  )
  return `settings refused: ${sentences.join('; ')}`
}

function givenValue(name: string, source: SettingsSource): { value: string | null; fault: string | null } {
  const value = source.environment[name]
  const path = source.environment[`${name}_FILE`]
  if (!path) return { value: value === undefined || value === '' ? null : value, fault: null }
  if (value) return { value: null, fault: `is given twice, as ${name} and as ${name}_FILE` }
  try {
    const content = source.readFile(path).replace(/\r?\n$/, '')
    return content === ''
      ? { value: null, fault: `is empty in the file of ${name}_FILE` }
      : { value: content, fault: null }
  } catch {
    return { value: null, fault: `cannot be read from the file of ${name}_FILE` }
  }
}

/** Zod words an issue without quoting the input, except that custom rules may; ours do not. */
function ruleOf(issue: z.core.$ZodIssue): string {
  return issue.message.replace(/^Invalid (input|option): expected/, 'must be')
}

function exampleOf(schema: SettingsSchema<unknown>, name: string): string | null {
  const example = schema.shape[name]?.meta()?.example
  return typeof example === 'string' ? example : null
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : ''
}

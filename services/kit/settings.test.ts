import { expect, test } from 'vitest'
import { z } from 'zod'
import { unknownSettings } from './environment-rules.ts'
import { commonSettings, httpUrl, readSettings, renderFaults } from './settings.ts'

const schema = z
  .object({ ...commonSettings, USERS_URL: httpUrl.meta({ example: 'http://localhost:8080' }), TOKEN_KEY: z.string() })
  .refine((given) => given.SHOP_ENV !== 'prod' || given.TOKEN_KEY !== 'weak', {
    path: ['TOKEN_KEY'],
    error: 'must not be weak where SHOP_ENV is prod',
    when: () => true,
  })
const good = {
  SHOP_ENV: 'test',
  DATABASE_URL: 'postgres://shop:canary@db:5432/shop',
  USERS_URL: 'http://users:8080/',
  TOKEN_KEY: 'strong',
}
const files: Record<string, string> = { '/run/key': 'from-file\n', '/run/empty': '\n' }
const read = (environment: Record<string, string | undefined>) =>
  readSettings(schema, {
    environment,
    readFile(path) {
      const content = files[path]
      if (content === undefined) throw new Error(`ENOENT ${path}`)
      return content
    },
  })
const faultsOf = (environment: Record<string, string | undefined>) => {
  const reading = read(environment)
  return reading.ok ? [] : reading.faults
}

test('good settings are read, with defaults and numbers', () => {
  expect(read({ ...good, PORT: '0', HOME: '/root' })).toMatchObject({
    ok: true,
    settings: { PORT: 0, DATABASE_POOL: 10, LOG_LEVEL: 'info', HOST: '0.0.0.0', USERS_URL: 'http://users:8080' },
  })
})

test('X8: all faults are named at once, with rule and example and without any value', () => {
  const faults = faultsOf({
    PORT: 'canary',
    DATABASE_URL: 'canary',
    TOKEN_KEY: 'weak',
    SHOP_ENV: 'prod',
    LOG_LEVEL: '',
  })
  expect([...new Set(faults.map(({ name }) => name))].toSorted()).toEqual([
    'DATABASE_URL',
    'PORT',
    'TOKEN_KEY',
    'USERS_URL',
  ])
  const line = renderFaults(faults)
  expect(line).toContain('USERS_URL is required (for example http://localhost:8080)')
  expect(line).toContain('PORT must be decimal digits (for example 8080)')
  expect(line).not.toContain('canary')
})

test('X8: three that are missing and two that are malformed are five faults', () => {
  const faults = faultsOf({ PORT: 'canary', LOG_LEVEL: 'canary', SHOP_ENV: 'test' })
  expect(faults.map(({ name }) => name).toSorted()).toEqual([
    'DATABASE_URL',
    'LOG_LEVEL',
    'PORT',
    'TOKEN_KEY',
    'USERS_URL',
  ])
  expect(faults.filter(({ rule }) => rule === 'is required')).toHaveLength(3)
  expect(JSON.stringify(faults)).not.toContain('canary')
})

test('X8: a variable that looks like a setting and is none is told of, what others set is not', () => {
  const given = {
    ...good,
    TOKEN_KEY_FILE: '/run/key',
    DATABASE_POLL: '5',
    REDIS_URI: 'redis://localhost',
    DATABASE_PORT: 'tcp://10.0.0.1:5432',
    REDIS_SERVICE_HOST: '10.0.0.1',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=b',
    HOME: '/root',
    NODE_OPTIONS: '',
  }
  expect(unknownSettings(schema.shape, given)).toEqual(['DATABASE_POLL', 'REDIS_URI'])
})

test.each([
  ['TOKEN_KEY', 'at least 32 random characters here'],
  ['TOKEN_KEY', 'a-token-key-of-the-tests-0123456789abcdef'],
  ['TOKEN_KEY', 'changeme-changeme-changeme-changeme'],
  ['TOKEN_KEY', 'a'.repeat(32)],
  ['RATE_LIMIT_BYPASS_KEY', 'kE4mUo7Qx2Zr9Vb1Nc6Tj3Hs8Ly5Wd0P'],
  ['FAILPOINTS', 'orders.saga.after_charge:exit'],
])('X11: %s of %s refuses to start in prod', (name, value) => {
  const prod = { ...good, SHOP_ENV: 'prod', TOKEN_KEY: 'kE4mUo7Qx2Zr9Vb1Nc6Tj3Hs8Ly5Wd0P' }
  expect(faultsOf(prod)).toEqual([])
  const faults = faultsOf({ ...prod, [name]: value })
  expect(new Set(faults.map((fault) => fault.name))).toEqual(new Set([name]))
  expect(JSON.stringify(faults)).not.toContain(value)
})

test('a misspelt environment refuses and names those there are', () => {
  const [fault] = faultsOf({ ...good, SHOP_ENV: 'production' })
  expect(fault?.rule).toMatch(/^must be one of "test"\|"local"\|"dev"\|"staging"\|"prod"$/)
})

test.each(['65536', '-1', '8080 ', '0x10', '1e3'])('%s is no port', (PORT) => {
  expect(faultsOf({ ...good, PORT }).map(({ name }) => name)).toEqual(['PORT'])
})

test('a setting can come from a file, whose last line end is not part of it', () => {
  const { TOKEN_KEY: _, ...rest } = good
  expect(read({ ...rest, TOKEN_KEY_FILE: '/run/key' })).toMatchObject({ settings: { TOKEN_KEY: 'from-file' } })
})

test.each([
  ['missing', { TOKEN_KEY: undefined, TOKEN_KEY_FILE: '/run/none' }, 'cannot be read from the file of TOKEN_KEY_FILE'],
  ['empty', { TOKEN_KEY: undefined, TOKEN_KEY_FILE: '/run/empty' }, 'is empty in the file of TOKEN_KEY_FILE'],
  ['beside a value', { TOKEN_KEY_FILE: '/run/key' }, 'is given twice, as TOKEN_KEY and as TOKEN_KEY_FILE'],
])('a file that is %s is one fault', (_, change, rule) => {
  expect(faultsOf({ ...good, ...change })).toEqual([{ name: 'TOKEN_KEY', rule, example: null }])
})

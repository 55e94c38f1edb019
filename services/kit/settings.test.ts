import { expect, test } from 'vitest'
import { z } from 'zod'
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

test('all faults are named at once, with rule and example and without any value', () => {
  const faults = faultsOf({
    PORT: 'canary',
    DATABASE_URL: 'canary',
    TOKEN_KEY: 'weak',
    SHOP_ENV: 'prod',
    LOG_LEVEL: '',
  })
  expect(faults.map(({ name }) => name).toSorted()).toEqual(['DATABASE_URL', 'PORT', 'TOKEN_KEY', 'USERS_URL'])
  const line = renderFaults(faults)
  expect(line).toContain('USERS_URL is required (for example http://localhost:8080)')
  expect(line).toContain('PORT must be decimal digits (for example 8080)')
  expect(line).not.toContain('canary')
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

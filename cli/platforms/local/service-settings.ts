import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { services } from '../../../services/registry.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { Foundations } from './foundations-file.ts'
import { isServiceName } from './manifest.ts'
import { whenNotWritable } from './state-not-writable.ts'

/** Settings whose values are ordinary words: to blank `info` or `local` in every line would hide more than it protects. */
const plainSettings: ReadonlySet<string> = new Set([
  'AUTH_UNVERIFIED_LOGIN',
  'DATABASE_POOL',
  'HOST',
  'LOG_LEVEL',
  'SHOP_ENV',
  'SHUTDOWN_DELAY',
  'TOKEN_ISSUER',
  'TRUSTED_PROXY_HOPS',
])

const ordinaryWord = /^[\w.-]{1,16}$/

/** Whether this must never be shown. Nobody says so, so it is everything that is not known to be an ordinary word. */
export const isSecretSetting = (name: string, value: string): boolean =>
  !plainSettings.has(name) || !ordinaryWord.test(value)

/** The settings of one service: what may be shown, and what may not. */
export type ServiceSettings = {
  readonly variables: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
}

/** `NAME=value` for every service, `orders.NAME=value` for one; empty lines and `#` comments are passed over. */
export const parseOverrides = (text: string, file: string): readonly (readonly [string, string, string])[] =>
  text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const match = /^(?:([a-z]+)\.)?([A-Z][A-Z0-9_]*)=(.*)$/.exec(trimmed)
    const [, service = '*', name, value] = match ?? []
    if (name === undefined || value === undefined || (service !== '*' && !isServiceName(service))) {
      throw new ShopctlError({
        code: 'OVERRIDES_INVALID',
        outcome: 'refused',
        what: `Line ${index + 1} of ${file} is not a setting; nothing was changed.`,
        why: ['a line is NAME=value for every service, or users.NAME=value for one'],
      })
    }
    return [[service, name, value] as const]
  })

/** Reads what people set themselves. All of it is treated as secret: nobody says which of it is not. */
export const readOverrides = async (file: string): Promise<ReturnType<typeof parseOverrides>> => {
  const text = await readFile(file, 'utf8').catch(() => '')
  return parseOverrides(text, file)
}

/** The secret values alone, also of a file with a line that is no setting: it must not stop a command that only looks. */
export const readOverriddenSecrets = async (file: string): Promise<readonly string[]> => {
  const text = await readFile(file, 'utf8').catch(() => '')
  const lines = text.matchAll(/^\s*(?:[a-z]+\.)?([^#=\n]*)=(.*)$/gm)
  const set = [...lines].map(([, name = '', value = '']) => [name.trim(), value.trim()] as const)
  return set.filter(([name, value]) => isSecretSetting(name, value)).map(([, value]) => value)
}

type SettingsSource = {
  readonly foundations: Foundations
  readonly overrides: ReturnType<typeof parseOverrides>
}

const peerVariables = (service: string, foundations: Foundations): Record<string, string> => {
  if (!isServiceName(service)) return {}
  const calls = services[service].calls
  return Object.fromEntries(
    calls.map((peer) => [`${peer.toUpperCase()}_URL`, `http://127.0.0.1:${foundations.internalPorts[peer]}`]),
  )
}

/** What a service is told, from the platform's facts and people's overrides, which win. */
export const serviceSettings = (service: string, { foundations, overrides }: SettingsSource): ServiceSettings => {
  const database = foundations.databases[service]
  const own = overrides.filter(([whose]) => whose === '*' || whose === service)
  const named = own.map(([, name, value]) => [name, value] as const)
  const variables: Record<string, string> = {
    SHOP_ENV: 'local',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    SHUTDOWN_DELAY: '0',
    TRUSTED_PROXY_HOPS: '1',
    ...(service === 'users' ? { AUTH_UNVERIFIED_LOGIN: 'allow' } : {}),
    ...peerVariables(service, foundations),
    ...Object.fromEntries(named.filter(([name, value]) => !isSecretSetting(name, value))),
  }
  const secrets: Record<string, string> = {
    ...(database === undefined ? {} : { DATABASE_URL: database.url, MIGRATION_DATABASE_URL: database.migrationUrl }),
    ...(foundations.redisUrl === null ? {} : { REDIS_URL: foundations.redisUrl }),
    CURSOR_KEY: foundations.cursorKey,
    ...(service === 'users' ? { JWT_PRIVATE_KEYS: foundations.signingKeys } : {}),
    ...Object.fromEntries(named.filter(([name, value]) => isSecretSetting(name, value))),
  }
  const shown = Object.entries(variables).filter(([name]) => !Object.hasOwn(secrets, name))
  return { variables: Object.fromEntries(shown), secrets }
}

/** Names the settings by their content: a rollback finds exactly what ran. */
export const settingsHash = ({ variables, secrets }: ServiceSettings): string => {
  const sorted = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([sorted(variables), sorted(secrets)])
  return createHash('sha256').update(text).digest('hex').slice(0, 20)
}

/** Where the secret settings of this hash are, one file for each, readable by their owner only. */
export const settingsDirectory = (directory: string, service: string, hash: string): string =>
  join(directory, `${service}-${hash}`)

/** Keeps the secrets under their hash; what is there already is the same and stays. */
export const keepSettings = async (target: string, { secrets }: ServiceSettings): Promise<void> => {
  const present = await access(target).then(
    () => true,
    () => false,
  )
  if (present) return
  const temporary = `${target}.${process.pid}`
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 })
    for (const [name, value] of Object.entries(secrets)) {
      await writeFile(join(temporary, name), value, { mode: 0o600 })
    }
  } catch (error) {
    throw whenNotWritable(error, target)
  }
  await rename(temporary, target).catch(() => rm(temporary, { recursive: true, force: true }))
}

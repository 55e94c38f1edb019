import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { services } from '../../../services/registry.ts'
import { isSecretSetting, type Override, parseOverrides, type ServiceSettings } from '../service-settings.ts'
import { ownServiceSecrets, serviceClients } from '../shared-service-secrets.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { type Foundations, servicesRootOf } from './foundations-file.ts'
import { isServiceName } from './manifest.ts'

/** Reads what people set themselves. All of it is treated as secret: nobody says which of it is not. */
export const readOverrides = async (file: string): Promise<readonly Override[]> => {
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
  /** Where the services leave their mails. */
  readonly mailDirectory: string
  /** Where the orders service keeps invoices. */
  readonly documentDirectory: string
  readonly overrides: readonly Override[]
}

const peerVariables = (service: string, foundations: Foundations): Record<string, string> => {
  if (!isServiceName(service)) return {}
  const calls = services[service].calls
  return Object.fromEntries(
    calls.map((peer) => [`${peer.toUpperCase()}_URL`, `http://127.0.0.1:${foundations.internalPorts[peer]}`]),
  )
}

const sharedSecrets = (service: string, foundations: Foundations): Record<string, string> => {
  const all = ownServiceSecrets(servicesRootOf(foundations))
  const own = all.filter((secret) => secret.service === service).map(({ name, value }) => [name, value] as const)
  if (service !== 'users') return Object.fromEntries(own)
  const secretOf = (client: string) =>
    all.find((secret) => secret.service === client && secret.name === 'SERVICE_CLIENT_SECRET')?.value
  return Object.fromEntries([...own, ['SERVICE_CLIENTS', serviceClients(secretOf)]])
}

/** Links in mails and ways back from a payment lead to the front door. Simulated payments tell each process itself. */
const ownVariables = (
  service: string,
  { foundations, documentDirectory }: SettingsSource,
): Readonly<Record<string, string>> => {
  const PUBLIC_BASE_URL = `http://127.0.0.1:${foundations.publicPort}`
  if (service === 'users') return { AUTH_UNVERIFIED_LOGIN: 'allow', PUBLIC_BASE_URL }
  if (service !== 'orders') return {}
  return {
    DOCUMENTS_URL: pathToFileURL(documentDirectory).href,
    PAYMENT_PROVIDERS: 'simulated',
    PUBLIC_BASE_URL,
    SMS_PROVIDER: 'none',
  }
}

const mailing: ReadonlySet<string> = new Set(['users', 'orders'])

/** Mails are files unless people name a server. */
const mailVariables = (service: string, { mailDirectory }: SettingsSource, named: ReadonlyMap<string, string>) =>
  mailing.has(service) && !named.has('SMTP_URL') ? { MAIL_DIRECTORY: mailDirectory } : {}

/** A bus in PostgreSQL, which needs nothing beside the shop, unless people name another one. */
const busSecrets = ({ databases: { bus } }: Foundations, named: ReadonlyMap<string, string>): Record<string, string> =>
  bus === undefined || named.has('EVENT_BUS_URL')
    ? {}
    : { EVENT_BUS_URL: bus.url, MIGRATION_EVENT_BUS_URL: bus.migrationUrl }

/** What a service is told, from the platform's facts and people's overrides, which win. */
export const serviceSettings = (service: string, source: SettingsSource): ServiceSettings => {
  const { foundations, overrides } = source
  const database = foundations.databases[service]
  const own = overrides.filter(([whose]) => whose === '*' || whose === service)
  const named = new Map(own.map(([, name, value]) => [name, value]))
  const variables: Record<string, string> = {
    SHOP_ENV: 'local',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    SHUTDOWN_DELAY: '0',
    TRUSTED_PROXY_HOPS: '1',
    ...ownVariables(service, source),
    ...mailVariables(service, source, named),
    ...peerVariables(service, foundations),
    ...Object.fromEntries([...named].filter(([name, value]) => !isSecretSetting(name, value))),
  }
  const secrets: Record<string, string> = {
    ...(database === undefined ? {} : { DATABASE_URL: database.url, MIGRATION_DATABASE_URL: database.migrationUrl }),
    ...(foundations.redisUrl === null ? {} : { REDIS_URL: foundations.redisUrl }),
    ...busSecrets(foundations, named),
    CURSOR_KEY: foundations.cursorKey,
    ...(service === 'users' ? { JWT_PRIVATE_KEYS: foundations.signingKeys } : {}),
    ...sharedSecrets(service, foundations),
    ...Object.fromEntries([...named].filter(([name, value]) => isSecretSetting(name, value))),
  }
  const shown = Object.entries(variables).filter(([name]) => !Object.hasOwn(secrets, name))
  return { variables: Object.fromEntries(shown), secrets }
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

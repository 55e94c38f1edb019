import { randomUUID } from 'node:crypto'
import { environments } from '../../../stacks/environments.ts'
import type { InstallationName } from '../../../stacks/installations.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { CacheUsers } from './cache-users.ts'
import { cacheLogin, isFirstLogin, placeIn, type WantedSecret, wantedSecrets } from './first-values.ts'
import { type InstallationOutputs, parseInstallationOutputs } from './installation-outputs.ts'
import { besideTerraform } from './made-secrets.ts'
import { type SecretPlace, secretPlaces } from './secret-places.ts'
import type { SecretVault, VaultSecret } from './secret-vault.ts'
import { rotationSeconds, waitUntilCurrent } from './wait-until-current.ts'

export type GeneratedSecret = {
  readonly environment: string
  /** `shop/prod/database-users` */
  readonly name: string
  /** `by-hand`: it has no value, and only somebody else can give one. */
  readonly state: 'made' | 'there' | 'by-hand'
  /** The first rotation of a database: only then the login is one that works. */
  readonly rotation: 'not-needed' | 'done' | 'not-proven' | 'no-function'
  /** What to type where a person has to do something. */
  readonly fix: string | null
}

export type GenerateRequest = {
  readonly installation: InstallationName
  /** As `terraform output -json` has them. */
  readonly outputs: unknown
  readonly vault: SecretVault
  readonly cacheUsers: CacheUsers
  /** Told each value before it goes anywhere: it must never be printed. */
  readonly keepSecret: (value: string) => void
  readonly say: (message: string) => void
  readonly signal: AbortSignal
}

type Ground = GenerateRequest & { readonly place: SecretPlace; readonly found: InstallationOutputs }

const tagsOf = ({ environment }: SecretPlace) => ({
  Project: 'ecommerce',
  Environment: environment,
  ManagedBy: 'shopctl',
  CostCenter: 'shop',
})

/** What Terraform does not know: further secrets of the installation, and all of who shares it. */
const ensureSecret = async (name: string, wanted: WantedSecret, ground: Ground): Promise<VaultSecret> => {
  const { vault, place, found, installation } = ground
  const there = await vault.describe(name)
  if (there !== null) return there
  if (place.madeBy === 'terraform' && wanted.name !== besideTerraform)
    throw new ShopctlError({
      code: 'SECRET_NOT_MADE',
      outcome: 'refused',
      what: `There is no secret ${name} in AWS yet; no value was put there.`,
      why: ['the stack makes it; under a name that Terraform does not know it would be in its way'],
      fix: [toType(`infra up --env ${installation}`)],
    })
  await vault.create({ name, description: wanted.description, key: found.key, tags: tagsOf(place) })
  const made = await vault.describe(name)
  if (made === null) throw new Error(`${name} was made and is not there`)
  return made
}

/** All environments of an installation share one user of its cache, and so its password. */
const firstText = async (wanted: WantedSecret, { vault, place, installation }: Ground): Promise<string | null> => {
  if (wanted.name === 'cache' && place.madeBy === 'shopctl') {
    const own = await vault.read(`shop/${installation}/cache`)
    if (own !== null) return own.text
  }
  return wanted.first?.() ?? null
}

/** Of two who do it at once both get the value of the one that was first. */
const ensureValue = async (secret: VaultSecret, wanted: WantedSecret, ground: Ground) => {
  const { vault, keepSecret } = ground
  const there = await vault.read(secret.name)
  if (there !== null) return { state: 'there' as const, text: there.text }
  const text = await firstText(wanted, ground)
  if (text === null) return { state: 'by-hand' as const, text: null }
  keepSecret(text)
  if (await vault.putFirst(secret, text)) return { state: 'made' as const, text }
  return { state: 'there' as const, text: (await vault.read(secret.name))?.text ?? null }
}

/** Who rotates the installation's own secret of that name rotates those of whoever shares it. */
const rotatorOf = async (secret: VaultSecret, { vault, installation }: Ground): Promise<string | null> => {
  if (secret.rotatedBy !== null) return secret.rotatedBy
  const own = await vault.describe(`shop/${installation}/${secret.name.split('/').at(-1)}`)
  return own?.rotatedBy ?? null
}

const everyDays = 30

const rotateFirst = async (secret: VaultSecret, ground: Ground): Promise<GeneratedSecret['rotation']> => {
  const { vault, say, signal } = ground
  const rotator = await rotatorOf(secret, ground)
  if (rotator === null) return 'no-function'
  const token = randomUUID()
  say(`${secret.name}: its first rotation makes the database and its logins`)
  const by = secret.rotatedBy === null ? { function: rotator, everyDays } : null
  const asked = await vault.rotate({ name: secret.name, token, by })
  if (asked === 'under-way') return 'not-proven'
  return waitUntilCurrent({ vault, name: secret.name, token, seconds: rotationSeconds, signal })
}

/** Of what Terraform does not know nobody else sets a rotation up. Once: one that was switched off since stays off. */
const rotateFromNowOn = async (secret: VaultSecret, ground: Ground): Promise<void> => {
  if (ground.place.madeBy === 'terraform' || secret.rotatedBy !== null || secret.rotated !== null) return
  const rotator = await rotatorOf(secret, ground)
  if (rotator === null) return
  const by = { function: rotator, everyDays }
  await ground.vault.rotate({ name: secret.name, token: randomUUID(), by })
}

const fixOf = (name: string, { environment }: SecretPlace, state: GeneratedSecret['state']): string | null => {
  // Whose shop has a database and secrets of its own takes nothing from here.
  if (state !== 'by-hand' || environments[environment].kubernetes?.secrets === null) return null
  const setting = name.endsWith('/mail') ? 'SMTP_URL' : 'STRIPE_SECRET_KEY'
  return toType(`secrets set ${setting} --env ${environment} --in aws`)
}

/** A server that was restored or made again has another address; whoever put the old one there may have a reason. */
const warnOfAnotherPlace = (name: string, text: string, { found, say }: Ground): void => {
  const server = name.endsWith('/cache') ? found.cache : found.database
  const [said, known] = [placeIn(text), `${server.host}:${server.port}`]
  if (said !== null && said !== known) say(`${name} leads to ${said}, and the stack has ${known}; it was left as it is`)
}

const generateOne = async (wanted: WantedSecret, ground: Ground): Promise<GeneratedSecret> => {
  const { place, cacheUsers, found } = ground
  const name = `${place.prefix}${wanted.name}`
  const secret = await ensureSecret(name, wanted, ground)
  const { state, text } = await ensureValue(secret, wanted, ground)
  if (state === 'there' && text !== null) warnOfAnotherPlace(name, text, ground)
  const login = wanted.name === 'cache' && text !== null ? cacheLogin(text) : null
  // Each time: after a crash between the two the user would have another password than its secret.
  if (login !== null && login.username === found.cache.user)
    await cacheUsers.setPassword(login.username, login.password)
  if (wanted.rotation === 'in-time' && text !== null) await rotateFromNowOn(secret, ground)
  const isNew = wanted.rotation === 'at-once' && text !== null && isFirstLogin(text)
  const rotation = isNew ? await rotateFirst(secret, ground) : 'not-needed'
  return { environment: place.environment, name, state, rotation, fix: fixOf(name, place, state) }
}

/**
 * After `infra up`: a value for every secret that has none, in every environment of the installation, and the first
 * rotation of each database. What is there stays good; to do it again, or twice at once, does no harm.
 */
export const generateSecrets = async (request: GenerateRequest): Promise<readonly GeneratedSecret[]> => {
  const { installation, outputs } = request
  const found = parseInstallationOutputs(outputs, installation)
  const made: GeneratedSecret[] = []
  for (const place of secretPlaces(installation)) {
    const ground = { ...request, place, found }
    const wanted = wantedSecrets({ outputs: found, place })
    // One after the other: first rotations meet in the server, and the function has room for two.
    for (const each of wanted) made.push(await generateOne(each, ground))
  }
  return made
}

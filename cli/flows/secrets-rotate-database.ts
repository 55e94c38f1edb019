import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { serviceNames } from '../../services/registry.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { rotationSeconds, waitUntilCurrent } from '../infrastructure/secrets/wait-until-current.ts'
import { type RotateResult, type Rotation, rotationUnderWay } from './secrets-rotation.ts'
import { secretNotMade } from './secrets-vault.ts'

const login = z.object({ username: z.string() })

const userOf = (url: string): string | null => {
  const parsed = URL.parse(url)
  return parsed === null || parsed.username === '' ? null : decodeURIComponent(parsed.username)
}

const currentUser = async ({ vault, secret, means }: Rotation): Promise<string | null> => {
  const value = await vault.read(secret.name)
  if (value === null) throw secretNotMade(secret.name, means.environment.name)
  means.keepSecret(value.text)
  try {
    return login.safeParse(JSON.parse(value.text)).data?.username ?? null
  } catch {
    return null
  }
}

/** The next rotation gives a new password to the login before the current one: nothing may run with that one. */
const requireDeployed = async (rotation: Rotation): Promise<void> => {
  const { name, means } = rotation
  const service = serviceNames.find((each) => name === `database-${each}`)
  const running = await means.running()
  if (running === null || service === undefined) return
  const [current, used] = [await currentUser(rotation), userOf(running.given(service).DATABASE_URL ?? '')]
  if (current === null || used === null || used === current) return
  throw new ShopctlError({
    code: 'ROTATION_TOO_SOON',
    outcome: 'refused',
    what: `${name} of ${means.environment.name} cannot be rotated yet; nothing was changed.`,
    why: [`release ${running.release} runs with the login ${used}, which a rotation would give a new password`],
    fix: [toType(`deploy --env ${means.environment.name}`)],
  })
}

const unproven = ({ secret, means }: Rotation): ShopctlError => {
  const { name: environment, installation } = means.environment
  return new ShopctlError({
    code: 'ROTATION_UNPROVEN',
    outcome: 'unknown',
    what: `The rotation of ${secret.name} has not ended within ${rotationSeconds} s; the value before it is the current one and good.`,
    why: ['AWS tries it again by itself'],
    fix: [
      toType(`secrets list --env ${environment}`),
      `aws logs tail /aws/lambda/shop-${installation ?? environment}-rotation`,
    ],
  })
}

/** Two logins take turns: what runs keeps the one it was given, and the next deploy gets the other. */
export const rotateDatabase = async (rotation: Rotation): Promise<RotateResult> => {
  const { vault, secret, name, means } = rotation
  const environment = means.environment.name
  if (secret.rotatedBy === null)
    throw new ShopctlError({
      code: 'NO_ROTATION',
      outcome: 'refused',
      what: `No function rotates ${secret.name}; nothing was changed.`,
      why: ['a database is rotated by the function that the stack brings'],
      fix: [toType(`infra up --env ${environment}`)],
    })
  await requireDeployed(rotation)
  const token = randomUUID()
  if ((await vault.rotate({ name: secret.name, token, by: null })) === 'under-way') throw rotationUnderWay(rotation)
  means.say(`${name}: the function changes the login that nothing runs with`)
  const waited = { vault, name: secret.name, token, seconds: rotationSeconds, signal: means.signal }
  if ((await waitUntilCurrent(waited)) === 'not-proven') throw unproven(rotation)
  const next = [
    `${toType(`deploy --env ${environment}`)}: until then the services run with the login before, which is good`,
  ]
  return { secret: secret.name, outcome: 'rotated', next }
}

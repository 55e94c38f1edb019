import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod/mini'
import { databaseRotation } from './database-rotation.ts'
import type { Rotation } from './rotation.ts'
import { RotationFailed } from './rotation-failed.ts'
import { openSecretVersions } from './secret-versions.ts'
import { signingKeysRotation } from './signing-keys-rotation.ts'

const eventSchema = z.object({
  SecretId: z.string(),
  ClientRequestToken: z.string(),
  Step: z.enum(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
})

/** By the last part of its name: `shop/prod/database-users`. */
const rotationOf = (name: string): Rotation => {
  const last = name.split('/').at(-1) ?? ''
  if (last === 'jwt-signing-keys') return signingKeysRotation
  if (last.startsWith('database-')) return databaseRotation
  throw new RotationFailed(`${name} has no rotation: its value comes from somebody else`)
}

/** Secrets Manager calls it once for each step, in order, and the whole again where one of them failed. */
export const handler = async (given: unknown): Promise<void> => {
  const event = eventSchema.safeParse(given)
  if (!event.success) throw new RotationFailed('this is no event of Secrets Manager')
  const { SecretId: secret, ClientRequestToken: token, Step: step } = event.data
  const client = new SecretsManagerClient({ maxAttempts: 3 })
  try {
    const versions = await openSecretVersions(client, { secret, token })
    // Finished before: a step that comes late or twice has nothing left to do.
    if (versions.stages.includes('AWSCURRENT')) return
    const rotation = rotationOf(versions.name)
    const pending = await versions.readPending()
    if (step === 'createSecret') {
      if (pending === null) await versions.putPending(await rotation.create(versions))
      return
    }
    if (pending === null) throw new RotationFailed(`there is no pending value for ${step}: createSecret comes first`)
    if (step === 'setSecret') return await rotation.set(pending, versions)
    await rotation.test(pending, versions)
    if (step === 'finishSecret') await versions.makeCurrent()
  } finally {
    client.destroy()
  }
}

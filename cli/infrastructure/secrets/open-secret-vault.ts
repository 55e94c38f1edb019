import { createHash, randomUUID } from 'node:crypto'
import { interruption } from '../../errors/interruption.ts'
import { awsFailure } from '../records/aws-failure.ts'
import type { SecretVault, VaultSecret } from './secret-vault.ts'

/** An answer that takes longer is none. */
const answerSeconds = 20

const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name)

/** Shaped as a UUID, which is what Secrets Manager wants of a token. */
const tokenOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

const moment = (date: Date | undefined): string | null => date?.toISOString() ?? null

export type VaultPlace = { readonly region: string; readonly signal: AbortSignal }

/** Opens nothing yet; the SDK is a fifth of a second of imports that only who comes here pays. */
export const openSecretVault = async ({ region, signal }: VaultPlace): Promise<SecretVault> => {
  const library = await import('@aws-sdk/client-secrets-manager')
  const client = new library.SecretsManagerClient({ region, maxAttempts: 3 })
  const limits = () => ({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)]) })

  /** `answers`: errors by name that are an answer, and which. */
  const asked = async <Answer>(
    doing: string,
    answer: Promise<Answer>,
    answers: readonly string[] = [],
  ): Promise<Answer | null> =>
    answer.catch((error: unknown) => {
      if (isNamed(error, ...answers)) return null
      if (signal.aborted) throw interruption(signal, `Secrets Manager was asked ${doing}`)
      throw awsFailure(error, { doing: `asked ${doing}` })
    })

  const describe = async (name: string): Promise<VaultSecret | null> => {
    const command = new library.DescribeSecretCommand({ SecretId: name })
    const found = await asked(`about ${name}`, client.send(command, limits()), ['ResourceNotFoundException'])
    if (found === null || found.DeletedDate !== undefined) return null
    return {
      name,
      arn: found.ARN ?? name,
      versions: found.VersionIdsToStages ?? {},
      created: moment(found.CreatedDate),
      changed: moment(found.LastChangedDate),
      rotated: moment(found.LastRotatedDate),
      rotatedBy: found.RotationEnabled === true ? (found.RotationLambdaARN ?? null) : null,
    }
  }

  return {
    describe,

    async read(name) {
      const command = new library.GetSecretValueCommand({ SecretId: name })
      const found = await asked(`for ${name}`, client.send(command, limits()), ['ResourceNotFoundException'])
      if (found?.SecretString === undefined || found.VersionId === undefined) return null
      return { text: found.SecretString, version: found.VersionId }
    },

    async create({ name, description, key, tags }) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      const KmsKeyId = key === null ? {} : { KmsKeyId: key }
      const command = new library.CreateSecretCommand({ Name: name, Description: description, Tags, ...KmsKeyId })
      await asked(`to make ${name}`, client.send(command, limits()), ['ResourceExistsException'])
    },

    async putFirst({ name, arn }, text) {
      // The same token for whoever puts the first value of this secret: AWS takes one of them and refuses the others.
      const ClientRequestToken = tokenOf(`first value of ${arn}`)
      const command = new library.PutSecretValueCommand({ SecretId: arn, ClientRequestToken, SecretString: text })
      const put = await asked(`to keep the first value of ${name}`, client.send(command, limits()), [
        'ResourceExistsException',
      ])
      return put !== null
    },

    async replace(name, text, { version }) {
      const token = randomUUID()
      const label = `shopctl-${token}`
      const put = { SecretId: name, ClientRequestToken: token, SecretString: text, VersionStages: [label] }
      await asked(`to keep a value of ${name}`, client.send(new library.PutSecretValueCommand(put), limits()))
      // Moves the label only where it still is: of two at once one is told no.
      const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: version }
      const moving = client.send(new library.UpdateSecretVersionStageCommand({ SecretId: name, ...move }), limits())
      const moved = await asked(`to make a value of ${name} the current one`, moving, [
        'InvalidParameterException',
        'InvalidRequestException',
      ])
      // A version without a label is deleted in time.
      const free = { SecretId: name, VersionStage: label, RemoveFromVersionId: token }
      await asked(`to tidy ${name}`, client.send(new library.UpdateSecretVersionStageCommand(free), limits()))
      return moved !== null
    },

    async rotate({ name, token, by }) {
      const how =
        by === null ? {} : { RotationLambdaARN: by.function, RotationRules: { AutomaticallyAfterDays: by.everyDays } }
      const command = new library.RotateSecretCommand({ SecretId: name, ClientRequestToken: token, ...how })
      const asking = client.send(command, limits())
      return (await asked(`to rotate ${name}`, asking, ['InvalidRequestException'])) === null ? 'under-way' : 'asked'
    },

    async remove(name) {
      // With days to think again its name would not be free for the next `infra up`.
      const command = new library.DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })
      await asked(`to delete ${name}`, client.send(command, limits()), ['ResourceNotFoundException'])
    },

    close: () => client.destroy(),
  }
}

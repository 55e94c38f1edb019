import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { kindOfError, RotationFailed } from './rotation-failed.ts'

/** One rotation of one secret: its version has the token as its id. */
export type SecretVersions = {
  readonly name: string
  /** Stages of the version that is made: `AWSPENDING`, later `AWSCURRENT`. */
  readonly stages: readonly string[]
  /** Null where there is no value. */
  readCurrent(): Promise<string | null>
  readPending(): Promise<string | null>
  /** Of another secret, such as the master's. */
  readOther(id: string): Promise<string>
  putPending(value: string): Promise<void>
  makeCurrent(): Promise<void>
}

type Rotation = { readonly secret: string; readonly token: string }

export const openSecretVersions = async (
  client: SecretsManagerClient,
  { secret, token }: Rotation,
): Promise<SecretVersions> => {
  const failed = (doing: string) => (error: unknown) => {
    throw new RotationFailed(`Secrets Manager did not let the function ${doing}: ${kindOfError(error)}`)
  }
  const described = await client
    .send(new DescribeSecretCommand({ SecretId: secret }))
    .catch(failed('describe the secret'))
  const versions = described.VersionIdsToStages ?? {}

  const read = async (id: string, version: { VersionId?: string; VersionStage: string }) => {
    const answer = await client
      .send(new GetSecretValueCommand({ SecretId: id, ...version }))
      .catch((error: unknown) =>
        error instanceof ResourceNotFoundException ? null : failed(`read the ${version.VersionStage} value`)(error),
      )
    return answer?.SecretString ?? null
  }

  return {
    name: described.Name ?? secret,
    stages: versions[token] ?? [],
    readCurrent: () => read(secret, { VersionStage: 'AWSCURRENT' }),
    readPending: () => read(secret, { VersionId: token, VersionStage: 'AWSPENDING' }),
    async readOther(id) {
      const value = await read(id, { VersionStage: 'AWSCURRENT' })
      if (value === null) throw new RotationFailed("the master's secret is not there or has no value")
      return value
    },
    async putPending(value) {
      const VersionStages = ['AWSPENDING']
      const put = { SecretId: secret, ClientRequestToken: token, SecretString: value, VersionStages }
      await client.send(new PutSecretValueCommand(put)).catch((error: unknown) => {
        // The same step ran twice at once, and the other one was first: its value is the one.
        if (!(error instanceof ResourceExistsException)) failed('keep the new value')(error)
      })
    },
    async makeCurrent() {
      const current = Object.keys(versions).find((id) => versions[id]?.includes('AWSCURRENT'))
      const RemoveFromVersionId = current === undefined ? {} : { RemoveFromVersionId: current }
      const move = { SecretId: secret, VersionStage: 'AWSCURRENT', MoveToVersionId: token, ...RemoveFromVersionId }
      await client.send(new UpdateSecretVersionStageCommand(move)).catch(failed('make the new value the current one'))
    },
  }
}

import type { ECRClient } from '@aws-sdk/client-ecr'
import { interruption } from '../../errors/interruption.ts'
import type { CredentialSource } from './credentials.ts'
import { registryLogin, registryUnreachable, repositoryMissing } from './registry-failures.ts'

const ecrHost = /^(?<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?:amazonaws\.com|on\.aws)(?:\.cn)?$/

/** ECR by its name, or by an emulator's address in AWS_ENDPOINT_URL. */
export const isEcrHost = (host: string, variables: Readonly<Record<string, string | undefined>>): boolean =>
  ecrHost.test(host) || URL.parse(variables.AWS_ENDPOINT_URL ?? '')?.host === host

const ecrPlace = (host: string): { readonly account: string | null; readonly region: string | null } => {
  const { account = null, region = null } = ecrHost.exec(host)?.groups ?? {}
  return { account, region }
}

/** Half a second of imports that only a command that talks to ECR pays. */
const openEcr = async (host: string) => {
  const ecr = await import('@aws-sdk/client-ecr')
  const { region } = ecrPlace(host)
  return { ecr, client: new ecr.ECRClient(region === null ? {} : { region }) }
}

/** AWS's sentences name accounts and roles but no secret. */
const awsFailed = (error: unknown, { host, signal }: { host: string; signal: AbortSignal }): Error => {
  if (signal.aborted) return interruption(signal, 'talking to ECR')
  if (!(error instanceof Error)) return registryUnreachable(host, [String(error)], error)
  const isAnswer = '$fault' in error || error.name === 'CredentialsProviderError'
  const why = [`${error.name}: ${error.message}`]
  return isAnswer ? registryLogin(host, why, error) : registryUnreachable(host, why, error)
}

/**
 * ECR's password, which lasts twelve hours, from the AWS credentials of whoever runs shopctl. A client of the registry
 * keeps it and asks again where it is no longer taken. Throws REGISTRY_LOGIN or REGISTRY_UNREACHABLE (refused).
 */
export const ecrCredentials =
  (host: string): CredentialSource =>
  async (signal) => {
    const { ecr, client } = await openEcr(host)
    const answer = await client
      .send(new ecr.GetAuthorizationTokenCommand({}), { abortSignal: signal })
      .catch((error: unknown) => {
        throw awsFailed(error, { host, signal })
      })
    const word = Buffer.from(answer.authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString()
    const colon = word.indexOf(':')
    if (colon < 1) throw registryLogin(host, ['AWS answered no login'])
    return { kind: 'password', username: word.slice(0, colon), password: word.slice(colon + 1) }
  }

export type EcrRepositories = {
  readonly host: string
  readonly repositories: readonly string[]
  /** For the command that makes them: `infra up --env …`. */
  readonly environment: string
}

const isMissing = async (
  name: string,
  { host, client, signal }: { host: string; client: ECRClient; signal: AbortSignal },
) => {
  const { DescribeRepositoriesCommand, RepositoryNotFoundException } = await import('@aws-sdk/client-ecr')
  const { account } = ecrPlace(host)
  const request = { repositoryNames: [name], ...(account === null ? {} : { registryId: account }) }
  return client.send(new DescribeRepositoriesCommand(request), { abortSignal: signal }).then(
    () => false,
    (error: unknown) => {
      if (error instanceof RepositoryNotFoundException) return true
      throw awsFailed(error, { host, signal })
    },
  )
}

/**
 * Asks before anything is built whether the repositories are there: `infra up` makes them, with tags that cannot be
 * moved, so a build does not. Throws REPOSITORY_MISSING (refused) with all that are missing.
 */
export const requireEcrRepositories = async (request: EcrRepositories, signal: AbortSignal): Promise<void> => {
  const { host, repositories, environment } = request
  const { client } = await openEcr(host)
  const answers = await Promise.all(
    repositories.map(async (name) => ({ name, missing: await isMissing(name, { host, client, signal }) })),
  )
  const missing = answers.filter((answer) => answer.missing).map(({ name }) => name)
  if (missing.length === 0) return
  const why = [`ECR has no repository ${missing.join(', ')}`]
  throw repositoryMissing(`${host}/${missing.join(`, ${host}/`)}`, { environment, why })
}

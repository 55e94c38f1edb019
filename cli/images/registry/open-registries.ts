import { homedir } from 'node:os'
import { runTool } from '../../tools/run-tool.ts'
import type { RunTool } from '../../tools/tool-call.ts'
import { dockerCredentials } from './docker-credentials.ts'
import { ecrCredentials, isEcrHost } from './ecr-registry.ts'
import { createRegistryClient } from './registry-client.ts'
import type { RegistryClient } from './registry-types.ts'
import { defaultRetryPolicy, type RetryPolicy } from './retrying.ts'

export type RegistriesPlace = {
  /** Whose repositories they are, for the command that makes a missing one. */
  readonly environment?: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly home?: string
  readonly run?: RunTool
  readonly retry?: RetryPolicy
}

/** One client for each host, with the login that fits it: AWS's own for ECR, docker's for every other. */
export const openRegistries = ({
  environment,
  variables,
  home = homedir(),
  run = runTool,
  retry = defaultRetryPolicy,
}: RegistriesPlace): ((host: string) => RegistryClient) => {
  const clients = new Map<string, RegistryClient>()
  return (host) => {
    const known = clients.get(host)
    if (known !== undefined) return known
    const credentials = isEcrHost(host, variables)
      ? ecrCredentials(host)
      : dockerCredentials({ host, run, variables, home })
    const client = createRegistryClient({ host, credentials, retry, environment: environment ?? null })
    clients.set(host, client)
    return client
  }
}

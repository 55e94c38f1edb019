import type { EnvironmentFacts } from '../../../../stacks/environments.ts'
import { connect } from '../connect.ts'
import type { KubeClient } from '../kube-client.ts'
import { fetchKept, made, type SecretGroup } from './add-on-secrets.ts'

const groups = ['monitoring', 'logging'] as const satisfies readonly SecretGroup[]

/** Whether it is made in the cluster where nobody gives it. */
export const isMadeThere = (name: string): boolean => groups.some((group) => made[group].includes(name))

/** Null where it was not made yet. */
export const readMadeSecret = async (client: KubeClient, name: string, signal: AbortSignal): Promise<string | null> => {
  const group = groups.find((group) => made[group].includes(name))
  return group === undefined ? null : ((await fetchKept({ client }, group, signal))[name] ?? null)
}

type MadeRequest = {
  readonly environment: EnvironmentFacts
  readonly kubeContext: string | null
  readonly variables: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** Of the cluster that the environment is on. Throws what connecting to it throws. */
export const fetchMadeSecret = async (name: string, request: MadeRequest): Promise<string | null> => {
  const { environment, kubeContext, variables, signal } = request
  if (environment.kubernetes === null) return null
  const of = { environment: environment.name, cluster: environment.kubernetes.cluster }
  const client = await connect({ kubeContext, processEnvironment: variables, of })
  return readMadeSecret(client, name, signal)
}

import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import type { OpenRequest } from '../open-platform.ts'
import type { Platform } from '../platform.ts'

export type KubernetesPlatformRequest = OpenRequest & {
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  readonly variables: NodeJS.ProcessEnv
}

export const openKubernetesPlatform = async ({ environment }: KubernetesPlatformRequest): Promise<Platform> => {
  throw new Error(`environment ${environment.name} wants the platform kubernetes, which is not built yet`)
}

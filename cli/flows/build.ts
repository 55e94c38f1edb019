import type { Artifact } from '../platforms/platform.ts'
import type { FlowMeans } from './means.ts'
import { type Delivered, scanAndPush } from './scan-and-push.ts'
import { beginFlow } from './steps.ts'

export type BuildRequest = {
  /** Null is everything that is released together. */
  readonly services: readonly string[] | null
  /** `engine`: also into the local container engine. */
  readonly into: 'store' | 'engine'
}

export type BuildResult = {
  readonly artifacts: readonly Artifact[]
  /** Names in the local container engine. */
  readonly loaded: readonly string[]
}

/** Makes what an environment would run from the source as it is, and starts none of it there. */
export const build = async (request: BuildRequest, means: FlowMeans): Promise<BuildResult> => {
  const { platform, interrupted: signal } = means
  const steps = beginFlow('build', means)
  const artifacts = await steps.run('build', (say) =>
    platform.build(request.services ?? platform.services, { say, signal }),
  )
  if (request.into === 'store' || platform.load === undefined) return { artifacts, loaded: [] }
  const loaded = await steps.run('load', (say) => platform.load?.(artifacts, { say, signal }) ?? Promise.resolve([]))
  return { artifacts, loaded }
}

/** Builds, scans and pushes; what the gate blocks is not pushed. */
export const push = async (services: readonly string[] | null, means: FlowMeans): Promise<Delivered> => {
  const { platform, interrupted: signal } = means
  const steps = beginFlow('push', means)
  const artifacts = await steps.run('build', (say) => platform.build(services ?? platform.services, { say, signal }))
  return scanAndPush(artifacts, means, steps)
}

import type { EnvironmentFacts } from '../stacks/environments.ts'

export type FoundationRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly images: { readonly postgres: string; readonly redis: string }
  /** `claim`: data outlives the pod, where the cluster has a storage class. `none`: it does not. */
  readonly storage: 'claim' | 'none'
  /** The Secret with `superuserPasswordKey` and `initScriptKey`. */
  readonly secret: string
}

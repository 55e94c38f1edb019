import type { InstallationFacts } from '../../../stacks/installations.ts'
import type { StackReference } from '../../../stacks/stack-reference.ts'
import type { WriteStack } from './run-folder.ts'

export type StackWriting = {
  readonly backend: 'local' | 's3'
  readonly facts?: InstallationFacts
}

/** The only place that loads cdktf and its bindings, and only when something is synthesised. */
export const writeStack =
  (stack: StackReference, writing: StackWriting): WriteStack =>
  async (folder) => {
    const { synthesise } = await import('../../../stacks/main.ts')
    synthesise(stack, { folder, ...writing })
  }

import type { InstallationName } from './installations.ts'

/** One Terraform stack, with a state of its own. `state` and `registry` are one for each account. */
export type StackReference =
  | { readonly kind: 'state' }
  | { readonly kind: 'registry' }
  | { readonly kind: 'shop'; readonly installation: InstallationName }

/** `state`, `registry`, `shop-prod`: the name of the stack, its run folder, its golden file. */
export const stackName = (stack: StackReference): string =>
  stack.kind === 'shop' ? `shop-${stack.installation}` : stack.kind

/** The key of its state in the bucket. */
export const stateKey = (stack: StackReference): string => `${stackName(stack)}.tfstate`

/** Bucket names are one for the whole world, hence the account in it. */
export const stateBucketName = (account: string): string => `shop-terraform-state-${account}`

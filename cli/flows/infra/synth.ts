import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { stackName } from '../../../stacks/stack-reference.ts'
import type { InfraMeans } from './infra-means.ts'

export type SynthResult = {
  readonly environment: string
  readonly installation: string
  readonly stack: string
  readonly file: string
  readonly bytes: number
}

/** Writes a stack as Terraform's JSON. Asks nobody: no network, no credentials, no Terraform. */
export const synth = async (
  request: { readonly folder: string },
  means: Pick<InfraMeans, 'environment' | 'installation' | 'stack' | 'synthesise'>,
): Promise<SynthResult> => {
  const { environment, installation, stack } = means
  await means.synthesise(stack, request.folder)
  const file = join(request.folder, 'cdk.tf.json')
  const { size } = await stat(file)
  return {
    environment: environment.name,
    installation: installation.name,
    stack: stackName(stack),
    file,
    bytes: size,
  }
}

import './without-unused.ts'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, TerraformResource } from 'cdktf'
import { type InstallationFacts, installations } from './installations.ts'
import { RegistryStack } from './registry-stack.ts'
import { rotationArchive } from './rotation/rotation-archive.ts'
import { rotationArchiveFile } from './rotation-function.ts'
import { ShopStack } from './shop-stack.ts'
import { type StackReference, stackName } from './stack-reference.ts'
import { StateStack } from './state-stack.ts'
import { withoutTraces } from './without-traces.ts'

export type SynthesisRequest = {
  /** Where `cdk.tf.json` is to be, and the archive of the rotation function; made if it is not there. */
  readonly folder: string
  /** `local` only until `infra bootstrap` has made the bucket. */
  readonly backend: 'local' | 's3'
  /** In place of the table's own; tests name another account. */
  readonly facts?: InstallationFacts
}

export type Synthesis = { readonly file: string; readonly resources: number }

const construct = (app: App, stack: StackReference, { backend, facts }: SynthesisRequest) => {
  if (stack.kind === 'shop') return new ShopStack(app, { backend, facts: facts ?? installations[stack.installation] })
  const request = { backend, facts: facts ?? installations.prod }
  return stack.kind === 'state' ? new StateStack(app, request) : new RegistryStack(app, request)
}

/** Writes one stack as Terraform's JSON. The same bytes from any folder and time zone, and nothing is asked anywhere. */
export const synthesise = (stack: StackReference, request: SynthesisRequest): Synthesis => {
  mkdirSync(request.folder, { recursive: true })
  const outdir = mkdtempSync(join(request.folder, '.synth-'))
  try {
    const made = withoutTraces(() => {
      // What it would validate, that there is a provider, Terraform says too; every golden stack is planned in a test.
      const app = new App({ outdir, skipValidation: true })
      const constructed = construct(app, stack, request)
      app.synth()
      return constructed
    })
    const file = join(request.folder, 'cdk.tf.json')
    // The JSON last: where it is, all that it speaks of is there.
    if (stack.kind === 'shop') writeFileSync(join(request.folder, rotationArchiveFile), rotationArchive().bytes)
    renameSync(join(outdir, 'stacks', stackName(stack), 'cdk.tf.json'), file)
    return { file, resources: made.node.findAll().filter((each) => TerraformResource.isTerraformResource(each)).length }
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

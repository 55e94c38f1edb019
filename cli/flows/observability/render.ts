import { join } from 'node:path'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import { renderTargetOf } from '../../observability/render-target-of.ts'
import { writeRendered } from '../../observability/write-rendered.ts'

export type RenderRequest = {
  readonly environments: readonly EnvironmentFacts[]
  /** Each environment gets a folder of its own below it. */
  readonly folder: string
}

export type RenderResult = {
  readonly environments: readonly {
    readonly environment: string
    readonly folder: string
    readonly files: readonly { readonly path: string; readonly bytes: number }[]
  }[]
}

/** Writes every file of every program that watches the shop. Asks nobody. Throws OUTPUT_NOT_WRITABLE (refused). */
export const renderAll = async ({ environments, folder }: RenderRequest): Promise<RenderResult> => {
  const { renderObservability } = await import('../../../observability/render-observability.ts')
  const rendered = environments.map((environment) => ({
    environment: environment.name,
    folder: join(folder, environment.name),
    files: renderObservability(renderTargetOf(environment)),
  }))
  for (const one of rendered) await writeRendered(one.folder, one.files)
  return {
    environments: rendered.map(({ files, ...rest }) => ({
      ...rest,
      files: files.map(({ path, text }) => ({ path, bytes: Buffer.byteLength(text) })),
    })),
  }
}

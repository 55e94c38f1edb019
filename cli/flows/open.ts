import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Directions } from '../platforms/platform.ts'
import { runTool } from '../tools/run-tool.ts'
import type { FlowMeans } from './means.ts'
import { status } from './status.ts'

export type OpenResult = { readonly directions: Directions; readonly opened: boolean }

/** macOS has `open`; elsewhere the desktop's `xdg-open`, where there is a desktop. */
const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'

/** The addresses of a shop that is up, and its API pages in the browser where there is one. */
export const open = async (means: FlowMeans): Promise<OpenResult> => {
  const { state } = await status(means)
  if (state === 'down') {
    throw new ShopctlError({
      code: 'NOT_UP',
      outcome: 'refused',
      what: `${means.environment} is down; there is nothing to open.`,
      fix: [toType(`deploy --env ${means.environment}`)],
    })
  }
  const directions = await means.platform.directions()
  const call = { program: opener, args: [directions.docs], timeoutSeconds: 10 }
  const opened = await runTool(call, means.interrupted).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  )
  return { directions, opened }
}

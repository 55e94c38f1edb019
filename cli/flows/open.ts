import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Directions } from '../platforms/platform.ts'
import { runTool } from '../tools/run-tool.ts'
import type { FlowMeans } from './means.ts'
import { status } from './status.ts'

export type OpenRequest = {
  /** Of this machine, where the shop is reached through one; null is 8080. */
  readonly port: number | null
}

export type OpenResult = { readonly directions: Directions; readonly opened: boolean }

/** macOS has `open`; elsewhere the desktop's `xdg-open`, where there is a desktop. */
const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'

/** The addresses of a shop that is up, and its API pages in the browser where there is one. */
export const open = async ({ port }: OpenRequest, means: FlowMeans): Promise<OpenResult> => {
  const { state } = await status(means)
  if (state === 'down') {
    throw new ShopctlError({
      code: 'NOT_UP',
      outcome: 'refused',
      what: `${means.environment} is down; there is nothing to open.`,
      fix: [toType(`deploy --env ${means.environment}`)],
    })
  }
  const entry = await means.platform.openEntry?.(port ?? 8080, means.interrupted)
  const directions = await means.platform.directions(entry?.url)
  const opened = await openInBrowser(directions, means)
  if (entry === undefined) return { directions, opened }
  means.reporter.emit({
    type: 'notice',
    message: `The shop answers at ${entry.url} until Ctrl-C; its pages: ${directions.docs}`,
  })
  await ended(means.interrupted).finally(() => entry.close?.())
  return { directions, opened }
}

const ended = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

const openInBrowser = ({ docs }: Directions, { interrupted }: FlowMeans): Promise<boolean> => {
  const call = { program: opener, args: [docs], timeoutSeconds: 10 }
  return runTool(call, interrupted).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  )
}

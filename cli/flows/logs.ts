import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { LogLine, LogRequest } from '../platforms/platform.ts'
import type { FlowMeans } from './means.ts'

export type { LogLine }

/** The services' own lines. Throws NO_LOGS (refused) where there is nothing to show and nothing to wait for. */
export async function* logs(
  request: LogRequest,
  { platform, environment }: Pick<FlowMeans, 'platform' | 'environment'>,
): AsyncIterable<LogLine> {
  let shown = 0
  for await (const line of platform.logs(request)) {
    shown += 1
    yield line
  }
  if (shown > 0 || request.follow || request.signal.aborted) return
  const which = request.release === null ? '' : ` of release ${request.release}`
  throw new ShopctlError({
    code: 'NO_LOGS',
    outcome: 'refused',
    what: `There are no ${request.previous ? 'previous ' : ''}logs of ${request.services.join(', ')}${which} in ${environment}.`,
    fix: [toType(`history --env ${environment}`)],
  })
}

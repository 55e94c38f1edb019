import { watch as watchFiles } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { serviceNames } from '../../services/registry.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { watchPolicy } from '../health/policy.ts'
import type { Reporter } from '../output/events.ts'
import { type DeployRequest, deploy } from './deploy.ts'
import type { FlowMeans } from './means.ts'

type WatchRequest = {
  readonly repository: string
  readonly deploy: DeployRequest
}

/** An editor writes a file in several steps; this long after the last one the save is taken as complete. */
const settleMilliseconds = 20

/** Services whose source may have changed with a file below services/: the kit is everybody's. */
export const affectedServices = (path: string): readonly string[] => {
  const [folder] = path.split('/')
  if (folder === 'kit' || folder === 'registry.ts') return serviceNames
  return serviceNames.filter((name) => name === folder)
}

const isSource = (path: string): boolean => path.endsWith('.ts') && !path.endsWith('.test.ts')

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(2)} s`

const releaseSave = async (services: readonly string[], request: WatchRequest, means: FlowMeans): Promise<string> => {
  const began = performance.now()
  let promotedAfter = ''
  // Only the end of a release is worth a line: the steps would scroll the developer's screen away.
  const reporter: Reporter = {
    emit(event) {
      if (event.type === 'release.promoted') promotedAfter = seconds(began)
      if (event.type === 'release.promoted' || event.type === 'warning') means.reporter.emit(event)
    },
  }
  const inner = { ...means, reporter, policy: watchPolicy }
  try {
    const result = await deploy({ ...request.deploy, services, mode: 'apply', why: 'watch', force: 'force' }, inner)
    if (result.outcome !== 'deployed') return `${services.join(', ')}: no change`
    const changed = result.changes.map(({ service }) => service).join(', ')
    return `${changed}: release ${result.release?.number} serves after ${promotedAfter}`
  } catch (error) {
    if (!(error instanceof ShopctlError) || error.outcome === 'interrupted') throw error
    const why = error.why.slice(0, 3).map((line) => `\n  Why: ${line}`)
    return `${services.join(', ')}: not released after ${seconds(began)}: ${error.message}${why.join('')}`
  }
}

/**
 * The inner loop: on every save the services that it touches are bundled, gated and switched, the others stay. A save
 * that does not come up leaves the last good one serving and says why. Ends when interrupted.
 */
export const watch = async (request: WatchRequest, means: FlowMeans): Promise<void> => {
  const { interrupted, reporter } = means
  const touched = new Set<string>()
  let wake = Promise.withResolvers<void>()

  const collect = async () => {
    const source = join(request.repository, 'services')
    for await (const { filename } of watchFiles(source, { recursive: true, signal: interrupted })) {
      if (filename === null || !isSource(filename)) continue
      for (const service of affectedServices(filename)) touched.add(service)
      if (touched.size > 0) wake.resolve()
    }
  }
  const collecting = collect().catch((error: unknown) => {
    if (!interrupted.aborted) throw error
    wake.resolve()
  })

  reporter.emit({ type: 'notice', message: 'Watching services/; every save is released. Ctrl-C ends it.' })
  while (!interrupted.aborted) {
    await Promise.race([wake.promise, collecting])
    if (interrupted.aborted) break
    await pause(settleMilliseconds)
    wake = Promise.withResolvers<void>()
    const services = [...touched]
    touched.clear()
    reporter.emit({ type: 'notice', message: await releaseSave(services, request, means) })
  }
}

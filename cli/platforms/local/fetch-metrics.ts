import type { InstanceMetrics } from '../platform.ts'
import { askLoopback } from './ask-loopback.ts'
import { runs } from './local-state.ts'
import type { Manifest } from './manifest.ts'
import type { ListedProcess } from './processes.ts'

type MetricsRequest = {
  /** What a release recorded. */
  readonly manifests: readonly Manifest[]
  readonly processes: readonly ListedProcess[]
}

const answerSeconds = 2

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const askProcess = async ({ record, alive }: ListedProcess, signal: AbortSignal): Promise<InstanceMetrics> => {
  const instance = { service: record.service, name: `process ${record.processId}` }
  const silent = (reason: string) => ({ ...instance, text: null, reason })
  if (!alive) return silent('the process is gone')
  if (record.metricsPort === null) return silent('it was started without a port for metrics')
  try {
    const began = performance.now()
    const asked = { port: record.metricsPort, method: 'GET', path: '/metrics', seconds: answerSeconds } as const
    const { status, body } = await askLoopback(asked, signal)
    const milliseconds = performance.now() - began
    return status === 200 ? { ...instance, text: body, milliseconds } : silent(`GET /metrics answered ${status}`)
  } catch (error) {
    signal.throwIfAborted()
    return silent(wordsOf(error))
  }
}

/** Asks the process of each service of a release; one without a process has nobody to ask. */
export const fetchMetrics = (
  { manifests, processes }: MetricsRequest,
  signal: AbortSignal,
): Promise<readonly InstanceMetrics[]> => {
  const own = manifests.flatMap((manifest) => processes.findLast((process) => runs(process, manifest)) ?? [])
  return Promise.all(own.map((process) => askProcess(process, signal)))
}

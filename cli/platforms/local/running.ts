import type { RunningInstance, RunningState } from '../platform.ts'
import { edgeControl } from './edge-control.ts'
import type { Foundations } from './foundations-file.ts'
import { runs } from './local-state.ts'
import type { Manifest } from './manifest.ts'
import { probe } from './probe.ts'
import type { ListedProcess, ProcessTable } from './processes.ts'

type RunningRequest = {
  readonly foundations: Foundations
  readonly table: ProcessTable
  /** Finds what a release recorded; empty where there is no such record. */
  readonly manifestsOf: (release: number) => Promise<readonly Manifest[]>
  /** What the edge should be, where the caller knows: an older one is not ready for the next deploy. */
  /** What the command names as database and Redis, where it is one that would prepare them. */
  readonly wantedServers: string | null
  readonly wantedEdge: { readonly digest: string | null; readonly port: number | null }
}

const noStart = { sinceSeconds: null, digest: '', name: '-' }

const since = (moment: string): number => Math.max(0, Math.round((Date.now() - Date.parse(moment)) / 1000))

const described = ({ record }: ListedProcess) => ({
  service: record.service,
  digest: record.digest ?? '',
  name: `process ${record.processId}`,
})

const serviceInstance = async (manifest: Manifest, processes: readonly ListedProcess[]): Promise<RunningInstance> => {
  const mine = processes.findLast((process) => runs(process, manifest))
  if (mine === undefined) {
    return { ...noStart, service: manifest.service, state: 'down', detail: 'no process', digest: manifest.digest }
  }
  if (!mine.alive || mine.record.port === null) {
    return { ...described(mine), state: 'down', detail: 'the process is gone', sinceSeconds: null }
  }
  const answer = await probe(mine.record.port, manifest.readyPath, AbortSignal.timeout(1000))
  const state = answer.passed ? 'ready' : 'not-ready'
  const detail = answer.passed ? '' : answer.failure
  return { ...described(mine), state, detail, sinceSeconds: since(mine.record.startedAt) }
}

type EdgeView = { readonly processes: readonly ListedProcess[]; readonly answers: 'yes' | 'no' }

const edgeInstance = ({ wantedEdge }: RunningRequest, { processes, answers }: EdgeView): RunningInstance => {
  const edge = processes.findLast(({ record, alive }) => record.service === 'edge' && alive)
  if (edge === undefined || answers === 'no') {
    return { ...noStart, service: 'edge', state: 'down', detail: 'does not answer' }
  }
  const { digest, port, startedAt } = edge.record
  const old = wantedEdge.digest !== null && digest !== wantedEdge.digest
  const moved = wantedEdge.port !== null && port !== wantedEdge.port
  const detail = old ? 'older than the source' : moved ? `on port ${port}` : ''
  return { ...described(edge), state: detail === '' ? 'ready' : 'not-ready', detail, sinceSeconds: since(startedAt) }
}

/** An instance of nothing, which keeps a deploy that names other servers from finding nothing to do. */
const otherServers = ({ wantedServers, foundations }: RunningRequest): readonly RunningInstance[] => {
  if (wantedServers === null || wantedServers === foundations.namedServers) return []
  const detail = 'DATABASE_URL or REDIS_URL is another one than at the last deploy'
  return [{ ...noStart, service: 'settings', state: 'not-ready', detail }]
}

/** Asks the edge where users are and each process whether it is ready, all at once. */
export const running = async (request: RunningRequest): Promise<RunningState> => {
  const { foundations, table } = request
  const control = edgeControl({ port: foundations.controlPort, token: foundations.controlToken })
  const [edge, { processes }] = await Promise.all([control.status(AbortSignal.timeout(1000)), table.list()])
  const serving = edge?.release ?? null
  const manifests = serving === null ? [] : await request.manifestsOf(serving)
  const instances = await Promise.all(manifests.map((manifest) => serviceInstance(manifest, processes)))
  return {
    serving,
    entry: `http://127.0.0.1:${foundations.publicPort}`,
    instances: [
      ...instances,
      ...otherServers(request),
      edgeInstance(request, { processes, answers: edge === null ? 'no' : 'yes' }),
    ],
  }
}

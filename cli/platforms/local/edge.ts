import { join } from 'node:path'
import { serviceNames } from '../../../services/registry.ts'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Bundle } from '../../images/bundle-service.ts'
import { edgeControl } from './edge-control.ts'
import type { Foundations } from './foundations-file.ts'
import { readLogTail } from './log-tail.ts'
import { freePort, isFree, portOwner } from './ports.ts'
import type { ProcessRecord } from './process-record.ts'
import type { ProcessTable } from './processes.ts'
import { shortDigest } from './service-process.ts'
import type { StatePaths } from './state-paths.ts'
import { waitUntil } from './wait-until.ts'

const startSeconds = 10
/** The edge itself gives requests 10 s to end. */
const stopGraceSeconds = 15

type EdgeRequest = {
  readonly bundle: Bundle
  readonly foundations: Foundations
  readonly table: ProcessTable
  readonly paths: StatePaths
  readonly signal: AbortSignal
}

/** The edges of this environment that run: one, or two while one replaces the other. */
export const liveEdges = async (table: ProcessTable): Promise<readonly ProcessRecord[]> => {
  const { processes } = await table.list()
  return processes.filter(({ record, alive }) => record.service === 'edge' && alive).map(({ record }) => record)
}

/** Throws PORT_IN_USE (refused) naming the program where anything but an edge of ours listens on the public port. */
export const refuseTakenPort = async (wanted: number, table: ProcessTable): Promise<void> => {
  if ((await liveEdges(table)).some(({ port }) => port === wanted) || (await isFree(wanted))) return
  const owner = await portOwner(wanted)
  const who = owner === null ? 'another program' : `process ${owner.processId} (${owner.command})`
  throw new ShopctlError({
    code: 'PORT_IN_USE',
    outcome: 'refused',
    what: `Port ${wanted} is taken by ${who}; nothing was changed.`,
    fix: [toType(`deploy --env local --port ${await freePort()}`)],
  })
}

const notUp = async (record: ProcessRecord, exited: 'exited' | 'silent'): Promise<ShopctlError> =>
  new ShopctlError({
    code: 'EDGE_NOT_UP',
    outcome: 'failed',
    what:
      exited === 'exited' ? 'The edge ended while it started.' : `The edge did not answer within ${startSeconds} s.`,
    why: await readLogTail(record.logFile, { after: 0, lines: 5 }),
    fix: [toType('logs edge --env local')],
  })

const start = async (
  request: EdgeRequest,
  { how, controlPort }: { how: 'first' | 'replacement'; controlPort: number },
): Promise<ProcessRecord> => {
  const { bundle, foundations, table, paths, signal } = request
  const { publicPort, internalPorts } = foundations
  const internal = serviceNames.map((name) => `${name}=127.0.0.1:${internalPorts[name]}`).join(',')
  const spec = {
    service: 'edge',
    digest: bundle.digest,
    settingsHash: null,
    release: null,
    port: publicPort,
    metricsPort: null,
    logFile: join(paths.logs, 'edge.log'),
    program: process.execPath,
    args: [bundle.file],
    env: {
      PORT: String(publicPort),
      EDGE_INTERNAL: internal,
      EDGE_CONTROL_PORT: String(controlPort),
      EDGE_CONTROL_TOKEN_FILE: join(paths.secrets, 'edge-control-token'),
      EDGE_ROUTES_FILE: paths.routes,
      EDGE_START: how,
      SERVICE_VERSION: shortDigest(bundle.digest),
      NODE_COMPILE_CACHE: join(paths.root, 'cache', 'compiled'),
    },
    cwd: paths.environment,
  }
  return table.start(spec, signal)
}

/** Waits until the edge that was started is the one that answers at the control port. */
const untilItAnswers = async (record: ProcessRecord, controlPort: number, request: EdgeRequest): Promise<void> => {
  const { foundations, table, signal } = request
  const control = edgeControl({ port: controlPort, token: foundations.controlToken })
  const ended = new AbortController()
  let exited = false
  table.watchExit(record, AbortSignal.any([ended.signal, signal])).then(
    () => {
      exited = true
    },
    () => undefined,
  )
  const answers = async () => (exited || (await control.status(signal))?.pid === record.processId ? 'decided' : null)
  const waiting = { signal, deadlineSeconds: startSeconds, everyMilliseconds: 20, doing: 'waiting for the edge' }
  const decided = await waitUntil(answers, waiting)
  ended.abort()
  if (signal.aborted) throw interruption(signal, 'waiting for the edge')
  if (decided === null || exited) throw await notUp(record, exited ? 'exited' : 'silent')
}

/** The edge that is as it should be: this code, this port, and it answers where its control port is remembered. */
const fittingEdge = async (
  live: readonly ProcessRecord[],
  request: EdgeRequest,
): Promise<ProcessRecord | undefined> => {
  const { bundle, foundations, signal } = request
  const control = edgeControl({ port: foundations.controlPort, token: foundations.controlToken })
  const status = await control.status(signal)
  return live.find(
    ({ processId, digest, port }) =>
      processId === status?.pid && digest === bundle.digest && port === foundations.publicPort,
  )
}

const startEdge = async (others: readonly ProcessRecord[], request: EdgeRequest): Promise<number> => {
  const { foundations, table } = request
  const samePort = others.some(({ port }) => port === foundations.publicPort)
  await refuseTakenPort(foundations.publicPort, table)
  // The public ports are shared while one edge replaces another; the control port tells the two apart.
  const controlPort = await freePort()
  const started = await start(request, { how: samePort ? 'replacement' : 'first', controlPort })
  await untilItAnswers(started, controlPort, request).catch(async (error: unknown) => {
    await table.stop(started, { graceSeconds: 1 }, AbortSignal.timeout(10_000))
    await table.forget(started.id)
    throw error
  })
  return controlPort
}

/**
 * The edge of this environment, with this code, on this port; answers its control port. One with other code is
 * replaced while it serves: the two share the public port until the old one has answered its last request.
 */
export const ensureEdge = async (request: EdgeRequest): Promise<number> => {
  const { foundations, table, signal } = request
  const live = await liveEdges(table)
  const fitting = await fittingEdge(live, request)
  const others = live.filter((record) => record !== fitting)
  const controlPort = fitting === undefined ? await startEdge(others, request) : foundations.controlPort
  for (const record of others) {
    await table.stop(record, { graceSeconds: stopGraceSeconds }, signal)
    await table.forget(record.id)
  }
  return controlPort
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '../../kit/logging.ts'
import { openTracing } from '../../kit/open-tracing.ts'
import { createAccessLog } from '../access-log.ts'
import { startEdge } from '../edge.ts'
import type { EdgeSettings } from '../settings.ts'
import { type Timeouts, timeouts } from '../timeouts.ts'
import { type Answer, send } from './send.ts'

export const controlToken = 'control-token-0123456'

type Upstreams = { readonly users: string; readonly catalog: string; readonly orders: string }
export type TestRoutes = {
  readonly current?: { readonly release: number | null; readonly upstreams: Upstreams } | null
  readonly candidate?: { readonly release: number; readonly token: string; readonly upstreams: Upstreams } | null
}

export type TestEdge = {
  readonly ports: Readonly<Record<string, number>>
  readonly lines: Record<string, unknown>[]
  writeRoutes(routes: TestRoutes | string): Promise<void>
  /** Writes the routes and tells the edge. */
  route(routes: TestRoutes | string): Promise<Answer>
  control(method: string, path: string): Promise<Answer>
  stop(): Promise<boolean>
}

/** An edge in this process on free ports, with everything it logs at hand. */
export async function startTestEdge(
  routes: TestRoutes,
  options: {
    readonly timeouts?: Partial<Timeouts>
    readonly trustedProxyHops?: number
    readonly control?: 'none'
    /** Of a collector, which then is told of every request. */
    readonly collector?: string | undefined
  } = {},
): Promise<TestEdge> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-'))
  const file = join(directory, 'routes.json')
  let generation = 0
  const writeRoutes = async (wanted: TestRoutes | string): Promise<void> => {
    generation += 1
    const document = { schema: 'shopctl.routes/1', generation, current: null, candidate: null }
    await writeFile(file, typeof wanted === 'string' ? wanted : JSON.stringify({ ...document, ...wanted }))
  }
  await writeRoutes(routes)

  const lines: Record<string, unknown>[] = []
  const sink = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const facts = { service: 'edge', version: 'test', level: 'info' }
  const settings: EdgeSettings = {
    PORT: 0,
    HOST: '127.0.0.1',
    EDGE_INTERNAL: [{ service: 'catalog', host: '127.0.0.1', port: 0 }],
    ...(options.control === 'none' ? {} : { EDGE_CONTROL_PORT: 0, EDGE_CONTROL_TOKEN: controlToken }),
    EDGE_ROUTES_FILE: file,
    EDGE_START: 'first',
    TRUSTED_PROXY_HOPS: options.trustedProxyHops ?? 0,
    LOG_LEVEL: 'info',
    SERVICE_VERSION: 'test',
    OTEL_EXPORTER_OTLP_ENDPOINT: options.collector,
    OTEL_TRACES_SAMPLER_ARG: 1,
  }
  const tracing = await openTracing({ longName: 'edge' }, settings)
  const edge = await startEdge({
    settings,
    logger: createLogger(facts, sink),
    logAccess: createAccessLog(sink, { facts, level: 'info' }),
    tracing,
    timeouts: { ...timeouts, farewellMilliseconds: 50, ...options.timeouts },
  })

  const control = (method: string, path: string): Promise<Answer> =>
    send(edge.ports.control ?? 0, { method, path, headers: { authorization: `Bearer ${controlToken}` } })
  return {
    ports: edge.ports,
    lines,
    writeRoutes,
    control,
    route: async (wanted) => {
      await writeRoutes(wanted)
      return control('POST', '/reload')
    },
    stop: async () => {
      const inTime = await edge.stop()
      await tracing?.close()
      await rm(directory, { recursive: true, force: true })
      return inTime
    },
  }
}

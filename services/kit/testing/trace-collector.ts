import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { scriptedServer } from './scripted-server.ts'

const keyValue = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })
const attributes = z
  .array(keyValue)
  .transform(
    (list): Readonly<Record<string, unknown>> =>
      Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])),
  )
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  status: z.object({ code: z.int().optional() }),
  attributes,
})

/** What an OTLP exporter sends over HTTP, as JSON. */
export const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: z.array(span) })) }),
  ),
})

export const spanKinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

export type ExportedSpan = z.infer<typeof span> & { readonly service: unknown }

export type TraceCollector = {
  readonly url: string
  /** What has arrived of all processes so far. */
  spans(): Promise<readonly ExportedSpan[]>
  close(): Promise<void>
}

/** A collector that only keeps what it is sent, one JSON line an export, as the file exporter of OpenTelemetry's does. */
export async function traceCollector(): Promise<TraceCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-traces-'))
  const file = join(folder, 'traces.jsonl')
  await appendFile(file, '')
  const server = await scriptedServer()
  server.script(async ({ body }) => {
    await appendFile(file, `${JSON.stringify(body)}\n`)
    return { status: 200, json: {} }
  })
  return {
    url: server.url,
    async spans() {
      const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
      return lines.flatMap((line) => exportSchema.parse(JSON.parse(line)).resourceSpans.flatMap(namedSpans))
    },
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const namedSpans = ({ resource, scopeSpans }: z.infer<typeof exportSchema>['resourceSpans'][number]): ExportedSpan[] =>
  scopeSpans.flatMap(({ spans }) => spans.map((each) => ({ ...each, service: resource.attributes['service.name'] })))

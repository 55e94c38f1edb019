import { z } from 'zod'
import type { KubeList, KubeObject, WatchEvent } from './kube-client.ts'

const texts = z.record(z.string(), z.string())

const metadata = z.looseObject({
  name: z.string().default(''),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
})

const object = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata })

const list = z.object({
  // The metrics API gives its lists no version.
  metadata: z.object({ resourceVersion: z.string().default(''), continue: z.string().default('') }),
  // Null where there are none.
  items: z.array(z.looseObject({ metadata })).nullable(),
})

const event = z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']), object: z.unknown() })

const bookmark = z.object({ metadata: z.object({ resourceVersion: z.string() }) })

export const parseKubeObject = (body: string): KubeObject => object.parse(JSON.parse(body))

export type KubePage = KubeList & { readonly next: string }

/** The objects of a list carry no kind of their own. */
export const parseKubePage = (body: string, of: { readonly apiVersion: string; readonly kind: string }): KubePage => {
  const page = list.parse(JSON.parse(body))
  const items = (page.items ?? []).map((item) => ({ ...item, apiVersion: of.apiVersion, kind: of.kind }))
  return { items, resourceVersion: page.metadata.resourceVersion, next: page.metadata.continue }
}

export type WatchLine = WatchEvent | { readonly type: 'ERROR'; readonly status: unknown }

export const parseWatchLine = (line: string): WatchLine => {
  const parsed = event.parse(JSON.parse(line))
  if (parsed.type === 'ERROR') return { type: 'ERROR', status: parsed.object }
  if (parsed.type !== 'BOOKMARK') return { type: parsed.type, object: object.parse(parsed.object) }
  return { type: 'BOOKMARK', resourceVersion: bookmark.parse(parsed.object).metadata.resourceVersion }
}

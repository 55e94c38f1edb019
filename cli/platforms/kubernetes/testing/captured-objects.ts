import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { KubeObject } from '../kube-client.ts'

const folder = join(import.meta.dirname, 'captured')
const metadata = z.looseObject({ name: z.string(), namespace: z.string().optional() })
const list = z.object({ items: z.array(z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata })) })

/** Objects of a real cluster (see captured/README.md), as a list and a watch would hand them out. */
export const captured = (name: string, kind?: string): readonly KubeObject[] => {
  const { items } = list.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')))
  return items.filter((item) => kind === undefined || item.kind === kind)
}

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileAtomically } from '../write-file-atomically.ts'

/** The services' addresses of one release. */
const upstreams = z.record(z.string(), z.string())

const routesSchema = z.object({
  schema: z.literal('shopctl.routes/1'),
  generation: z.number(),
  current: z.object({ release: z.number(), upstreams }).nullable(),
  candidate: z
    .object({
      release: z.number(),
      token: z.string(),
      upstreams,
      /** As the edge reads it. */
      reach: z.enum(['by-token', 'between-services']).default('by-token'),
    })
    .nullable(),
})

/** What the edge routes by. This file is the truth about where users are; the edge reads it at start and when told. */
export type Routes = z.infer<typeof routesSchema>

const none: Routes = { schema: 'shopctl.routes/1', generation: 0, current: null, candidate: null }

const readFound = async (file: string): Promise<Routes | 'missing' | 'damaged'> => {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return 'missing'
  try {
    return routesSchema.parse(JSON.parse(text))
  } catch {
    return 'damaged'
  }
}

/** A file that is gone or unreadable routes nobody anywhere: the next promotion writes it anew. */
export const readRoutes = async (file: string): Promise<Routes> => {
  const found = await readFound(file)
  return typeof found === 'string' ? none : found
}

export const areRoutesDamaged = async (file: string): Promise<boolean> => (await readFound(file)) === 'damaged'

/** Only for who holds the environment's lock. */
export const writeRoutes = async (file: string, next: Pick<Routes, 'current' | 'candidate'>): Promise<Routes> => {
  const { generation } = await readRoutes(file)
  const routes: Routes = { schema: 'shopctl.routes/1', generation: generation + 1, ...next }
  // The candidate's token lets a request pass to a release that is not public.
  await writeFileAtomically(file, `${JSON.stringify(routes, null, 2)}\n`)
  return routes
}

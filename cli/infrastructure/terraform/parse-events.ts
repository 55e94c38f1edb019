import { z } from 'zod'
import type { TerraformEvent } from '../terraform.ts'

const hook = z.object({
  resource: z.object({ addr: z.string() }),
  action: z.string().default('read'),
  elapsed_seconds: z.number().default(0),
  id_value: z.string().optional(),
})
const change = z.object({ resource: z.object({ addr: z.string() }), action: z.string() })
const changes = z.object({
  operation: z.string(),
  add: z.number().default(0),
  change: z.number().default(0),
  remove: z.number().default(0),
})
/** Without `snippet`, which may hold the whole file. */
const diagnostic = z.object({
  severity: z.enum(['error', 'warning']),
  summary: z.string(),
  detail: z.string().default(''),
  address: z.string().nullish(),
})

const type = <Name extends string>(name: Name) => z.literal(name)

/** https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: type('refresh_start'), hook }),
  z.object({ type: type('refresh_complete'), hook }),
  z.object({ type: type('planned_change'), change }),
  z.object({ type: type('apply_start'), hook }),
  z.object({ type: type('apply_progress'), hook }),
  z.object({ type: type('apply_complete'), hook }),
  z.object({ type: type('apply_errored'), hook }),
  z.object({ type: type('change_summary'), changes }),
  z.object({ type: type('diagnostic'), diagnostic }),
  z.object({ type: type('log'), '@level': z.string().default('info'), '@message': z.string() }),
])

const eventOf = (line: z.infer<typeof lineSchema>): TerraformEvent => {
  switch (line.type) {
    case 'refresh_start':
      return { type: 'refresh', address: line.hook.resource.addr, state: 'started' }
    case 'refresh_complete':
      return { type: 'refresh', address: line.hook.resource.addr, state: 'done' }
    case 'planned_change':
      return { type: 'planned', address: line.change.resource.addr, action: line.change.action }
    case 'change_summary': {
      const { operation, add, change, remove } = line.changes
      return { type: 'summary', operation, add, change, remove }
    }
    case 'diagnostic':
      return { type: 'diagnostic', diagnostic: { ...line.diagnostic, address: line.diagnostic.address ?? null } }
    case 'log':
      return { type: 'log', level: line['@level'], message: line['@message'].trim() }
    default:
      return hookEventOf(line)
  }
}

type HookLine = Extract<z.infer<typeof lineSchema>, { type: `apply_${string}` }>

const hookEventOf = (line: HookLine): TerraformEvent => {
  const { resource, action, elapsed_seconds: elapsedSeconds, id_value: id = null } = line.hook
  const address = resource.addr
  switch (line.type) {
    case 'apply_start':
      return { type: 'began', address, action }
    case 'apply_progress':
      return { type: 'going-on', address, action, elapsedSeconds }
    case 'apply_complete':
      return { type: 'done', address, action, elapsedSeconds, id }
    case 'apply_errored':
      return { type: 'failed', address, action, elapsedSeconds }
  }
}

const json = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** One line of `terraform … -json`; null for a type that means nothing here and for a line that is broken. */
export const parseEvent = (line: string): TerraformEvent | null => {
  const parsed = lineSchema.safeParse(json(line))
  return parsed.success ? eventOf(parsed.data) : null
}

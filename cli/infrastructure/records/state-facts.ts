import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { ObjectStore } from './object-store.ts'

const stateSchema = z.object({
  serial: z.number(),
  resources: z.array(z.object({ mode: z.string(), type: z.string(), instances: z.array(z.unknown()) })),
})

const lockSchema = z.object({ ID: z.string(), Operation: z.string(), Who: z.string(), Created: z.string() })

/** Of a state what may be told: it holds every value of every resource. */
export type StateFacts = { readonly serial: number; readonly resources: number }

/** Terraform's own lock, as its holder wrote it down. */
export type TerraformLock = {
  readonly id: string
  readonly operation: string
  readonly who: string
  readonly since: string
}

const parsed = <Value>(text: string, schema: z.ZodType<Value>): Value | null => {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** The cause is left out: it would quote the state. */
const unreadable = (bucket: string, key: string): ShopctlError =>
  new ShopctlError({
    code: 'STATE_UNREADABLE',
    outcome: 'refused',
    what: `The state ${key} in ${bucket} has another form than shopctl reads; nothing was changed.`,
    why: ['to go on as if there were none would make everything a second time'],
    fix: [`aws s3api list-object-versions --bucket ${bucket} --prefix ${key}`],
  })

/**
 * How much a state holds, read without Terraform; null where there is none. `key` is the state's own. Throws
 * STATE_UNREADABLE (refused).
 */
export const readStateFacts = async (objects: ObjectStore, key: string): Promise<StateFacts | null> => {
  const found = await objects.read(key)
  if (found === null) return null
  const state = parsed(found.text, stateSchema)
  if (state === null) throw unreadable(objects.bucket, key)
  const managed = state.resources.filter(({ mode }) => mode === 'managed')
  return { serial: state.serial, resources: managed.reduce((sum, { instances }) => sum + instances.length, 0) }
}

/** Who holds Terraform's lock on a state; null where nobody does. */
export const readTerraformLock = async (objects: ObjectStore, key: string): Promise<TerraformLock | null> => {
  const found = await objects.read(`${key}.tflock`)
  const lock = found === null ? null : parsed(found.text, lockSchema)
  if (found !== null && lock === null) return { id: '?', operation: '?', who: 'an unknown holder', since: '' }
  return lock === null ? null : { id: lock.ID, operation: lock.Operation, who: lock.Who, since: lock.Created }
}

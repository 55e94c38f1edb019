import { randomUUID } from 'node:crypto'
import { parseLockValue, renderLockValue } from '../../platforms/lock-value.ts'
import type { LockStore, LockValue } from '../../releases/stores.ts'
import type { ObjectStore } from './object-store.ts'

/** Where the lock of a stack is; Terraform's own is `<stack>.tfstate.tflock` beside it. */
export const lockKey = (stack: string): string => `shopctl/locks/${stack}.json`

const damaged = (key: string, wrong: string): LockValue => ({
  holder: 'an unknown holder',
  host: 'an unknown host',
  processId: 0,
  processStart: '',
  reason: `${key} in the state bucket cannot be read: ${wrong}`,
  since: new Date(0).toISOString(),
  timeToLiveSeconds: 30,
  renewed: { wall: new Date(0).toISOString(), boot: null },
  released: false,
})

/**
 * shopctl's lock over a stack, as an object of the state bucket: the bucket's entity tag is the compare-and-swap.
 * It is taken around the confirmation and the apply, where Terraform's own is held only while Terraform runs.
 */
export const createS3LockStore = (objects: ObjectStore, stack: string): LockStore => {
  const key = lockKey(stack)
  return {
    sharedBy: 'many-machines',

    async read() {
      const found = await objects.read(key)
      if (found === null) return null
      const parsed = parseLockValue(found.text)
      return { value: 'value' in parsed ? parsed.value : damaged(key, parsed.wrong), version: found.version }
    },

    async write(value, replaces) {
      // An entity tag may be the hash of the text: two equal texts would have one version, and both writers would win.
      const unlikeAnyOther = { ...value, write: randomUUID() }
      const condition = replaces === null ? 'new' : { replaces }
      return objects.write(key, { text: renderLockValue(unlikeAnyOther), condition })
    },
  }
}

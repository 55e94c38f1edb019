import { type ApplyRecord, applyRecordSchema } from './apply-record.ts'
import type { ObjectStore } from './object-store.ts'

const folderOf = (stack: string): string => `shopctl/records/${stack}/`

export interface RecordStore {
  /** Writes it, over what there is of it. */
  write(record: ApplyRecord): Promise<void>
  /** The newest, newest first; what cannot be read is left out and counted. */
  newest(
    stack: string,
    count: number,
  ): Promise<{ readonly records: readonly ApplyRecord[]; readonly unreadable: number }>
}

const parse = (text: string): ApplyRecord | null => {
  try {
    return applyRecordSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** One object for each run, beside the states. No secret gets in: every text goes through `redact`. */
export const createRecordStore = (objects: ObjectStore, redact: (text: string) => string): RecordStore => ({
  async write(record) {
    const failed = record.failed.map(({ address, why }) => ({ address, why: redact(why) }))
    const failure = record.failure === null ? null : { ...record.failure, what: redact(record.failure.what) }
    const text = `${JSON.stringify({ ...record, failed, failure }, null, 2)}\n`
    await objects.write(`${folderOf(record.stack)}${record.id}.json`, { text, condition: 'whatever-is-there' })
  },

  async newest(stack, count) {
    const keys = (await objects.list(folderOf(stack))).toReversed().slice(0, count)
    const found = await Promise.all(keys.map((key) => objects.read(key)))
    const records = found.flatMap((object) => (object === null ? [] : [parse(object.text)]))
    const readable = records.filter((record) => record !== null)
    return { records: readable, unreadable: records.length - readable.length }
  },
})

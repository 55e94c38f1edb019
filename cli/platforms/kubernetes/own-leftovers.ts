import { isDeepStrictEqual } from 'node:util'
import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'
import { appliedByUs, parsedKey } from './managed-fields.ts'

/** An item that leaves one of its keys out has it by default. */
const isNamed = (item: unknown, key: Readonly<Record<string, unknown>>): boolean =>
  isRecord(item) && Object.entries(key).every(([name, value]) => item[name] === undefined || item[name] === value)

const itemAt = (items: readonly unknown[], key: string): unknown => {
  const named = parsedKey(key)
  if (key.startsWith('i:')) return items[Number(named)]
  if (key.startsWith('v:')) return items.find((item) => isDeepStrictEqual(item, named))
  return isRecord(named) ? items.find((item) => isNamed(item, named)) : undefined
}

const valueUnder = (value: unknown, key: string): unknown => {
  if (Array.isArray(value)) return itemAt(value, key)
  return isRecord(value) ? value[key.slice(2)] : undefined
}

const isAllIn = (fields: Readonly<Record<string, unknown>>, value: unknown): boolean =>
  Object.entries(fields).every(([key, below]) => {
    // The item or map itself: its own key was looked for one step above.
    if (key === '.') return true
    const found = valueUnder(value, key)
    return found !== undefined && (!isRecord(below) || isAllIn(below, found))
  })

/** Whether an earlier apply of ours left something in `live` that this one no longer says: applying takes it away. */
export const hasOwnLeftovers = (sent: KubeObject, live: KubeObject): boolean =>
  appliedByUs(live).some(({ fields }) => !isAllIn(fields, sent))

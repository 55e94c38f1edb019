import { createHash } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ScanRecord, scanRecordSchema } from '../../releases/scan-record.ts'
import type { ScanPolicy } from './scan-policy.ts'
import { hasExpired, type Waiver } from './waivers.ts'
import { replaceFile } from './write-reports.ts'

const validMilliseconds = 24 * 3_600_000

/** What a verdict depends on besides the image. A waiver that has expired since makes another key. */
export type CacheKey = {
  readonly directory: string
  readonly digest: string
  readonly policy: ScanPolicy
  readonly waivers: readonly Waiver[]
  readonly now: Date
}

const fileOf = ({ directory, digest, policy, waivers, now }: CacheKey): string => {
  const holding = waivers.filter((waiver) => !hasExpired(waiver, now))
  const judging = createHash('sha256')
    .update(JSON.stringify([policy, holding]))
    .digest('hex')
  return join(directory, 'verdicts', `${digest.replace(':', '-')}.${judging.slice(0, 16)}.json`)
}

const parseRecord = (text: string): ScanRecord | null => {
  try {
    return scanRecordSchema.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A verdict of the last 24 hours on this digest under the same policy and waivers, with its report, else null. */
export const readVerdict = async (key: CacheKey): Promise<ScanRecord | null> => {
  const text = await readFile(fileOf(key), 'utf8').catch(() => null)
  const record = text === null ? null : parseRecord(text)
  if (record === null || record.digest !== key.digest || record.verdict !== 'passed' || record.report === null)
    return null
  const age = key.now.getTime() - Date.parse(record.scannedAt)
  if (age < 0 || age > validMilliseconds) return null
  return (await isThere(record.report)) ? record : null
}

/** Keeps what passed. What was blocked is scanned anew: somebody is waiting for the mend. */
export const keepVerdict = async (record: ScanRecord, key: CacheKey): Promise<void> => {
  if (record.verdict === 'passed') await replaceFile(fileOf(key), JSON.stringify(record))
}

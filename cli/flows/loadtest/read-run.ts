import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type KeptRun, parseKeptRun, UnreadableRun } from '../../../loadtest/report/kept-run.ts'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'

/** A result of `loadtest run`. Throws RUN_NOT_FOUND, or RUN_UNREADABLE where the file holds something else. */
export const readRun = async (file: string): Promise<KeptRun> => {
  const text = await readText(file)
  try {
    return parseKeptRun(text)
  } catch (error) {
    if (error instanceof UnreadableRun) throw unreadable(file, error)
    throw error
  }
}

const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (!hasErrorCode(cause, 'ENOENT', 'ENOTDIR')) throw unreadable(file, cause)
    throw new ShopctlError({
      code: 'RUN_NOT_FOUND',
      outcome: 'refused',
      what: `There is no file ${file}; nothing was written.`,
      fix: [`ls ${quoteWord(dirname(file))}`, toType('loadtest run --help')],
      cause,
    })
  }
}

const unreadable = (file: string, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'RUN_UNREADABLE',
    outcome: 'refused',
    what: `${file} is no result of a load run that this shopctl can read; nothing was written.`,
    why: [cause instanceof Error ? cause.message : String(cause)],
    fix: [toType('loadtest run --help')],
    cause,
  })

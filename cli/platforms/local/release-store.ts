import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { ReleaseStore, SetAside } from '../../releases/stores.ts'
import { parseReleaseRecord } from '../parse-release-record.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { createFileAtomically, writeFileAtomically } from '../write-file-atomically.ts'

/**
 * Release records as `<directory>/000042.json`. A record that cannot be read is moved to `<directory>/set-aside/` by
 * the next `list()`, its number stays taken. Throws STATE_NOT_WRITABLE (refused) on a full or read-only disk.
 */
export const createLocalReleaseStore = (directory: string): ReleaseStore => {
  const asideDirectory = join(directory, 'set-aside')
  const nameOf = (number: number) => `${String(number).padStart(6, '0')}.json`
  const pathOf = (number: number) => join(directory, nameOf(number))

  const numbers = async (): Promise<readonly number[]> => {
    const names = await namesIn(directory)
    return names.filter((name) => /^\d+\.json$/.test(name)).map((name) => Number.parseInt(name, 10))
  }

  const read = async (number: number) => {
    const text = await readIfThere(pathOf(number))
    return text === null ? null : parseReleaseRecord(text, number)
  }

  const setAside = async (number: number, why: string): Promise<SetAside> => {
    const what = `the record of release ${number}`
    const movedTo = await freeName(asideDirectory, nameOf(number))
    try {
      await mkdir(asideDirectory, { recursive: true })
      await rename(pathOf(number), movedTo)
      return { what, why, movedTo }
    } catch (error) {
      // Reading works on a read-only disk too: then it is said, and the record stays where it is.
      const reason = error instanceof Error ? error.message : String(error)
      return { what, why: `${why}; it could not be moved: ${reason}`, movedTo: pathOf(number) }
    }
  }

  const highestNumber = async (): Promise<number> => {
    const aside = (await namesIn(asideDirectory)).map((name) => Number.parseInt(name, 10))
    return Math.max(0, ...(await numbers()), ...aside.filter(Number.isFinite))
  }

  return {
    async remove(number) {
      await rm(pathOf(number), { force: true }).catch((error: unknown) => {
        throw whenNotWritable(error, pathOf(number))
      })
    },

    async list() {
      const records: ReleaseRecord[] = []
      const aside: SetAside[] = []
      for (const number of (await numbers()).toSorted((left, right) => right - left)) {
        const found = await read(number)
        if (found === null) continue
        if ('record' in found) records.push(found.record)
        else aside.push(await setAside(number, found.wrong))
      }
      return { records, setAside: aside }
    },

    async read(number) {
      const found = await read(number)
      return found !== null && 'record' in found ? found.record : null
    },

    async create(record) {
      for (let number = (await highestNumber()) + 1; ; number += 1) {
        const numbered: ReleaseRecord = { ...record, number }
        if (await createFileAtomically(pathOf(number), render(numbered))) return numbered
      }
    },

    async update(record) {
      await writeFileAtomically(pathOf(record.number), render(record))
    },
  }
}

const render = (record: ReleaseRecord): string => `${JSON.stringify(record, null, 2)}\n`

const namesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    return await readdir(directory)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw whenNotWritable(error, directory)
  }
}

const readIfThere = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw whenNotWritable(error, path)
  }
}

/** Never over what was set aside before. */
const freeName = async (directory: string, name: string): Promise<string> => {
  const taken = new Set(await namesIn(directory))
  const stem = name.replace(/\.json$/, '')
  let candidate = name
  for (let turn = 2; taken.has(candidate); turn += 1) candidate = `${stem}.${turn}.json`
  return join(directory, candidate)
}

import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { segmentsOf } from './object-key.ts'
import { type ObjectStore, ObjectStoreFault } from './object-store.ts'

type Parts = { readonly directory: string; readonly deadlineMilliseconds?: number }

/** Files below a directory, for a shop on one machine. A file is there whole and on the disk, or not at all. */
export function fileObjectStore({ directory, deadlineMilliseconds = 5_000 }: Parts): ObjectStore {
  const fileOf = (key: string) => join(directory, ...segmentsOf(key))
  const limited = (signal: AbortSignal | undefined) => {
    const deadline = AbortSignal.timeout(deadlineMilliseconds)
    return signal === undefined ? deadline : AbortSignal.any([deadline, signal])
  }
  const read = (file: string, signal: AbortSignal) =>
    readFile(file, { signal }).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw new ObjectStoreFault('a document cannot be read from its directory', { cause: error })
    })

  return {
    async put({ key, bytes, sha256 }, given) {
      const signal = limited(given)
      const file = fileOf(key)
      const made = await writeOnce(file, { bytes, signal })
      if (made === 'created') return { outcome: 'created' }
      const stored = await read(file, signal)
      if (stored === null) throw new ObjectStoreFault('a document went away while it was compared')
      const storedSha256 = createHash('sha256').update(stored).digest('hex')
      return storedSha256 === sha256 ? { outcome: 'same' } : { outcome: 'other', storedSha256 }
    },

    async get(key, signal) {
      return read(fileOf(key), limited(signal))
    },

    async check() {
      const ready = mkdir(directory, { recursive: true, mode: 0o700 }).then(() => access(directory, constants.W_OK))
      await ready.catch((error: unknown) => {
        throw new ObjectStoreFault('the directory of documents cannot be written', { cause: error })
      })
    },

    close: () => undefined,
  }
}

type Content = { readonly bytes: Uint8Array; readonly signal: AbortSignal }

async function writeOnce(file: string, content: Content): Promise<'created' | 'exists'> {
  const directory = dirname(file)
  const unfinished = join(directory, `.${randomUUID()}`)
  const written = mkdir(directory, { recursive: true, mode: 0o700 })
    .then(() => writeWhole(unfinished, content))
    // A second name for what is on the disk already: unlike a rename it never replaces what has the name.
    .then(() => link(unfinished, file))
    .then(() => syncDirectory(directory))
  return written
    .then(
      () => 'created' as const,
      (error: unknown) => {
        if (codeOf(error) === 'EEXIST') return 'exists' as const
        throw new ObjectStoreFault('a document cannot be written to its directory', { cause: error })
      },
    )
    .finally(() => rm(unfinished, { force: true }).catch(() => undefined))
}

async function writeWhole(file: string, { bytes, signal }: Content): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  const written = handle.writeFile(bytes, { signal }).then(() => handle.sync())
  await written.finally(() => handle.close())
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  await handle.sync().finally(() => handle.close())
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

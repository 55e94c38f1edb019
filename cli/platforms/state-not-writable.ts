import { dirname } from 'node:path'
import { hasErrorCode } from '../errors/has-error-code.ts'
import { quoteWord } from '../errors/quote-word.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'the operating system does not permit it',
  ENOTDIR: 'a file is where a directory should be',
  EISDIR: 'a directory is where the file should be',
  EIO: 'the disk reports an error',
  EMLINK: 'the file system has no more room for links',
  ENOTSUP: 'the file system has no hard links',
}

/** The same error, or STATE_NOT_WRITABLE where it says that shopctl's state cannot be written. */
export const whenNotWritable = (error: unknown, path: string): unknown => {
  const code = Object.keys(reasons).find((name) => hasErrorCode(error, name))
  if (code === undefined) return error
  const directory = quoteWord(dirname(path))
  const message = error instanceof Error ? error.message : String(error)
  return new ShopctlError({
    code: 'STATE_NOT_WRITABLE',
    outcome: 'refused',
    what: `shopctl could not write its state to ${path}: ${reasons[code]}.`,
    why: [message],
    fix: [`df -h ${directory}`, `ls -ld ${directory}`],
    cause: error,
  })
}

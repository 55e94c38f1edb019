import { chmodSync, closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type LogFile = {
  readonly file: string
  append(text: string): void
  close(): void
}

/** `2026-11-22T20-43-41-783Z`: sorts by time, and is a name on every file system. */
export const timestamp = (now: Date): string => now.toISOString().replaceAll(/[:.]/g, '-')

/** All that a run of Terraform says, secrets and all: only its owner may read it. */
export const openLogFile = (folder: string, { doing, now }: { doing: string; now: Date }): LogFile => {
  const directory = join(folder, 'logs')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, `${timestamp(now)}-${doing}.log`)
  const descriptor = openSync(file, 'a', 0o600)
  chmodSync(file, 0o600)
  let isWritable = true
  return {
    file,
    // In step with the events, so that what was said last is there also after a SIGKILL.
    append(text) {
      if (!isWritable) return
      try {
        writeSync(descriptor, text)
      } catch {
        // A full disk: an apply goes on without its log, and is not broken off for the want of one.
        isWritable = false
      }
    },
    close: () => closeSync(descriptor),
  }
}

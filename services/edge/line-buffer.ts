import { writeSync } from 'node:fs'

/** Writes text to a file or pipe; returns how many bytes it took. Throws what the system throws. */
export type WriteBytes = (bytes: Buffer) => number

const fullAtCharacters = 8 * 1024
/** How long a full pipe (EAGAIN) may hold the process up in all before its lines are dropped. */
const retries = 200
const retryMilliseconds = 5

/**
 * Gathers log lines so that not each costs a system call. A log that cannot be written (disk full, reader gone) is
 * dropped: the front door stays open.
 */
export class LineBuffer {
  readonly #writeBytes: WriteBytes
  #text = ''

  constructor(writeBytes: WriteBytes = (bytes) => writeSync(1, bytes)) {
    this.#writeBytes = writeBytes
  }

  write(line: string): void {
    this.#text += line
    if (this.#text.length >= fullAtCharacters) this.flush()
  }

  flush(): void {
    if (this.#text === '') return
    let rest = Buffer.from(this.#text)
    this.#text = ''
    for (let attempt = 0; rest.length > 0 && attempt < retries; attempt += 1) {
      const written = this.#tryWrite(rest)
      if (written === null) return
      if (written === 0) sleep(retryMilliseconds)
      rest = rest.subarray(written)
    }
  }

  #tryWrite(bytes: Buffer): number | null {
    try {
      return this.#writeBytes(bytes)
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 0 : null
    }
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

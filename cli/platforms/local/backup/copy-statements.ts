import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, writeSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import type { Client, Submittable } from 'pg'

/** What pg has for COPY and its types do not tell. */
type CopyConnection = {
  readonly stream: Duplex
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** Far above what a table of a laptop takes; the connection's own limit is for questions. */
const copyMilliseconds = 600_000

/** A statement that pg runs in its turn and that speaks COPY; the methods are those that pg calls. */
abstract class CopyStatement implements Submittable {
  readonly text: string
  /** pg's own timer looks for these two. */
  readonly query_timeout = copyMilliseconds
  callback: ((error: Error | null) => void) | undefined
  readonly #ended = Promise.withResolvers<void>()

  constructor(text: string) {
    this.text = text
  }

  run(client: Client): Promise<void> {
    client.query(this)
    return this.#ended.promise
  }

  submit(connection: Pick<CopyConnection, 'query'>): void {
    connection.query(this.text)
  }

  handleError(error: Error): void {
    this.#ended.reject(error)
    this.callback?.(error)
  }

  handleReadyForQuery(): void {
    this.#ended.resolve()
    this.callback?.(null)
  }

  handleCommandComplete(): void {
    // The answer is complete only when the server is ready again.
  }

  abstract handleCopyData(message: { readonly chunk: Buffer }, connection: CopyConnection): void
  abstract handleCopyInResponse(connection: CopyConnection): void
}

export type FileFacts = { readonly bytes: number; readonly sha256: string }

class CopyOut extends CopyStatement {
  readonly #file: number
  readonly #hash = createHash('sha256')
  #bytes = 0

  constructor(query: string, file: number) {
    super(`copy (${query}) to stdout`)
    this.#file = file
  }

  /** Written at once and not buffered: a disk that is slower than the server holds the server up. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }, connection: CopyConnection): void {
    try {
      for (let written = 0; written < chunk.length; ) written += writeSync(this.#file, chunk, written)
      this.#hash.update(chunk)
      this.#bytes += chunk.length
    } catch (error) {
      this.handleError(error instanceof Error ? error : new Error(String(error)))
      connection.stream.destroy()
    }
  }

  handleCopyInResponse(): void {
    throw new Error('The server asked for data where it was asked for some.')
  }

  facts(): FileFacts {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }
}

/** Writes the rows of a query into an open file, in PostgreSQL's own text format. */
export const copyOut = async (client: Client, query: string, file: number): Promise<FileFacts> => {
  const statement = new CopyOut(query, file)
  await statement.run(client)
  return statement.facts()
}

/** The file is not what was written: the server was told so, and took nothing of it. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile'
}

class CopyIn extends CopyStatement {
  readonly #path: string
  readonly #expected: FileFacts
  #sending = Promise.resolve()
  #isRefused = false

  constructor(target: string, path: string, expected: FileFacts) {
    super(`copy ${target} from stdin`)
    this.#path = path
    this.#expected = expected
  }

  handleCopyData(): void {
    throw new Error('The server sent data where it was sent some.')
  }

  handleCopyInResponse(connection: CopyConnection): void {
    this.#sending = this.#send(connection).then(
      () => {
        if (!this.#isRefused) connection.endCopyFrom()
      },
      (error: unknown) => {
        if (this.#isRefused) return
        connection.sendCopyFail('the dump cannot be read')
        super.handleError(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }

  /** The server may refuse a row while others are on their way: what comes late would go into the next COPY. */
  override handleError(error: Error): void {
    this.#isRefused = true
    this.#sending.then(() => super.handleError(error))
  }

  async #send(connection: CopyConnection): Promise<void> {
    const { stream } = connection
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of createReadStream(this.#path)) {
      if (this.#isRefused) return
      const read = Buffer.from(chunk)
      hash.update(read)
      bytes += read.length
      connection.sendCopyFromChunk(read)
      if (stream.writableNeedDrain) await Promise.race([once(stream, 'drain'), once(stream, 'close')])
    }
    const { bytes: expectedBytes, sha256 } = this.#expected
    if (bytes !== expectedBytes) throw new DamagedFile(`it has ${bytes} bytes and was written with ${expectedBytes}`)
    if (hash.digest('hex') !== sha256) throw new DamagedFile('its content is not what was written')
  }
}

export type CopySource = FileFacts & { readonly path: string }

/** Loads a file into `table (columns)`; throws DamagedFile where it is not what was written, the server's words else. */
export const copyIn = (client: Client, target: string, { path, ...expected }: CopySource): Promise<void> =>
  new CopyIn(target, path, expected).run(client)

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

type Reader = {
  readonly onLine: (line: string) => void
  /** Called once, when `onLine` threw; later lines are read and dropped, so that the writer is never held up. */
  readonly onRefusal: () => void
}

/** What `onLine` threw. */
export type Refusal = { readonly thrown: unknown }

/** Gives every line of a stream on; at its end answers what `onLine` threw first, for whoever waited for the stream. */
export const readLines = async (stream: Readable, { onLine, onRefusal }: Reader): Promise<Refusal | null> => {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  let refusal: Refusal | null = null
  lines.on('line', (line) => {
    if (refusal !== null) return
    try {
      onLine(line)
    } catch (thrown) {
      refusal = { thrown }
      onRefusal()
    }
  })
  await once(lines, 'close')
  return refusal
}

import { closeSync, openSync, writeSync } from 'node:fs'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { EventBody } from './events.ts'
import { renderJson } from './result-document.ts'
import type { Sink, TextStream } from './sink.ts'

export type EventsFileRequest = {
  /** A path, or `-` for stderr. */
  readonly target: string
  readonly stderr: TextStream
  readonly redact: (text: string) => string
}

// Said here once more: the schema's own module brings zod, which a start must not pay for. A test compares the two.
const schema = 'shopctl.events/1'

/** The event stream as JSON lines, each written at once, so that a killed command leaves all that it had said. */
export const createEventsSink = ({ target, stderr, redact }: EventsFileRequest): Sink => {
  const output =
    target === '-' ? { write: (line: string) => stderr.write(line), close: () => undefined } : open(target, stderr)
  return {
    take(event: EventBody, at: Date) {
      output.write(`${renderJson({ schema, time: at.toISOString(), ...event }, redact)}\n`)
    },
    pause: async () => undefined,
    close: async () => output.close(),
  }
}

const open = (path: string, stderr: TextStream) => {
  let file: number | null = openForWriting(path)
  const close = () => {
    if (file !== null) closeSync(file)
    file = null
  }
  return {
    write(line: string) {
      if (file === null) return
      try {
        writeSync(file, line)
      } catch (error) {
        // A full disk must not end a deploy half way: it is said once.
        close()
        stderr.write(`warning: no more events are written to ${path}: ${messageOf(error)}\n`)
      }
    },
    close,
  }
}

const openForWriting = (path: string): number => {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new ShopctlError({
      code: 'EVENTS_NOT_WRITABLE',
      outcome: 'refused',
      what: `The events cannot be written to ${path}; nothing was changed.`,
      why: [messageOf(error)],
      cause: error,
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

import type { Redactor } from '../tools/redact.ts'
import type { EventBody, Reporter } from './events.ts'
import { createEventsSink } from './events-file.ts'
import { colourLevel, createPalette, type Variables } from './palette.ts'
import { createPlainSink } from './plain.ts'
import { type OutputClock, type Sink, systemOutputClock, type TextStream } from './sink.ts'
import { createTerminalSink } from './terminal.ts'

export type Ui = 'auto' | 'tty' | 'plain'

export type OutputReporter = Reporter & {
  /** Ends what is drawn, so that a question can be asked; the next event goes on. */
  pause(): Promise<void>
  /** Ends what is drawn and writes out the rest. Whatever is printed after it is the last thing on the screen. */
  close(): Promise<void>
}

export type ReporterRequest = {
  readonly ui: Ui
  /** `json`: stdout belongs to the final document, so progress goes to stderr as plain lines. */
  readonly mode: 'human' | 'json'
  /** File for the event stream, `-` for stderr, or null. Throws EVENTS_NOT_WRITABLE (refused). */
  readonly eventsTarget: string | null
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly environment: Variables
  readonly redactor: Redactor
  readonly clock?: OutputClock
  /** Another place for the events, beside those that the flags choose. */
  readonly also?: Sink | undefined
}

/** Chooses where events go by flags and terminal, and gives each event to all of them, redacted. */
export const createReporter = async (request: ReporterRequest): Promise<OutputReporter> => {
  const { clock = systemOutputClock } = request
  const chosen = await createSinks(request, clock)
  const sinks = request.also === undefined ? chosen : [...chosen, request.also]
  return {
    emit(event: EventBody) {
      const at = clock.now()
      for (const sink of sinks) sink.take(event, at)
    },
    async pause() {
      for (const sink of sinks) await sink.pause()
    },
    async close() {
      for (const sink of sinks) await sink.close()
    },
  }
}

const createSinks = async (request: ReporterRequest, clock: OutputClock): Promise<readonly Sink[]> => {
  const { mode, eventsTarget, stdout, stderr, environment } = request
  const redact = (text: string) => request.redactor.redact(text)
  const events = eventsTarget === null ? [] : [createEventsSink({ target: eventsTarget, stderr, redact })]
  if (mode === 'json') {
    // Lines for a person between the JSON lines would break their reader.
    return eventsTarget === '-' ? events : [...events, createPlainSink({ stream: stderr, clock, redact })]
  }
  if (chooseUi(request) === 'plain') return [...events, createPlainSink({ stream: stdout, clock, redact })]
  const palette = await createPalette(colourLevel(stdout, environment))
  return [...events, createTerminalSink({ stdout, palette, redact })]
}

type UiFacts = {
  readonly ui: Ui
  readonly stdout: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }
  readonly environment: Variables
}

/**
 * `tty` wins over CI and TERM but not over a stream that is no terminal: cursor codes have no place in a file.
 * Some fake terminals have no columns at all, where a live list would be drawn one letter a line.
 */
export const chooseUi = ({ ui, stdout, environment }: UiFacts): 'tty' | 'plain' => {
  if (ui === 'plain' || stdout.isTTY !== true || stdout.columns === 0) return 'plain'
  if (ui === 'tty') return 'tty'
  const automated = isSet(environment.CI) || isSet(environment.JENKINS_URL)
  return automated || environment.TERM === 'dumb' ? 'plain' : 'tty'
}

const isSet = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false'].includes(value)

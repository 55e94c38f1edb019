import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventBody } from './events.ts'
import { type ResultDocument, renderJson } from './result-document.ts'
import type { Sink } from './sink.ts'

// Said here once more: the schemas' own modules bring zod, which a start must not pay for. A test compares them.
const reportSchema = 'shopctl.report/1'
const eventsSchema = 'shopctl.events/1'

export type RunReport = Sink & {
  /** Writes the file; a word about why where it could not be written. */
  finish(document: ResultDocument, at: Date): string | null
}

export type RunReportRequest = {
  /** Made where it is missing. */
  readonly directory: string
  /** As it was typed. */
  readonly typed: string
  readonly redact: (text: string) => string
  readonly startedAt: Date
}

type KeptEvent = EventBody & { readonly schema: string; readonly time: string }

/** What says nothing once the end is known. */
const passing: ReadonlySet<EventBody['type']> = new Set(['step.progress', 'health.changed', 'load.second'])

/**
 * One command as `shopctl evidence` reads it: what was typed, what its steps did, and the document of `--json`. A file
 * for each run, so that stages side by side and on several machines never write into each other's.
 */
export const createRunReport = ({ directory, typed, redact, startedAt }: RunReportRequest): RunReport => {
  const events: KeptEvent[] = []
  return {
    take(event, at) {
      if (!passing.has(event.type)) events.push({ schema: eventsSchema, time: at.toISOString(), ...event })
    },
    pause: async () => undefined,
    close: async () => undefined,
    finish(document, at) {
      const report = { schema: reportSchema, typed, startedAt, finishedAt: at, events, document }
      const time = startedAt.toISOString().replaceAll(/[-:]/g, '')
      const name = `${time}-${document.command.replaceAll(' ', '-')}-${process.pid}.json`
      return writeWhole(join(directory, name), { directory, text: `${renderJson(report, redact)}\n` })
    },
  }
}

/** Under its name only when it is whole: who reads the folder meanwhile meets no half of one. */
const writeWhole = (
  path: string,
  { directory, text }: { readonly directory: string; readonly text: string },
): string | null => {
  try {
    mkdirSync(directory, { recursive: true })
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
    return null
  } catch (error) {
    return `There is no report in ${directory}: ${error instanceof Error ? error.message : String(error)}`
  }
}

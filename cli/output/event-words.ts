import type { EventBody } from './events.ts'
import { loadSecondLine } from './load-second-words.ts'
import { onOneLine } from './printable.ts'
import { durationInWords } from './words-for-time.ts'

/** Titles of the running flow's steps by their id. */
export type StepTitles = ReadonlyMap<string, string>

const outcomes = {
  done: 'done in',
  failed: 'failed after',
  interrupted: 'interrupted after',
} as const

/** What an event says on one line; null where it says nothing to a person. */
export const eventInWords = (event: EventBody, titles: StepTitles): string | null => {
  const titleOf = (step: string) => titles.get(step) ?? step
  switch (event.type) {
    case 'flow.started':
      return `${event.flow} in ${event.environment}`
    case 'step.started':
      return titleOf(event.step)
    case 'step.progress':
      return `${titleOf(event.step)}: ${onOneLine(event.message)}`
    case 'step.finished': {
      const detail = event.detail === undefined ? '' : ` (${onOneLine(event.detail)})`
      if (event.outcome === 'skipped') return `${titleOf(event.step)}: skipped${detail}`
      return `${titleOf(event.step)}: ${outcomes[event.outcome]} ${durationInWords(event.milliseconds)}${detail}`
    }
    case 'release.opened':
      return `release ${event.release} opened${event.previous === null ? '' : `; users are on release ${event.previous}`}`
    case 'health.changed':
      return `${event.service} is ${event.state}: ${onOneLine(event.message)}`
    case 'release.promoted':
      return `users are on release ${event.release} now${event.previous === null ? '' : `, before on ${event.previous}`}`
    case 'release.closed':
      return `release ${event.release} ${event.state}`
    case 'load.second':
      return loadSecondLine(event)
    case 'notice':
      return onOneLine(event.message)
    case 'warning':
      return `warning: ${onOneLine(event.message)}`
    case 'error':
      // The command prints the failure whole, as the last thing; here it would stand on the screen twice.
      return null
    case 'flow.finished':
      return `${event.flow} ended with exit code ${event.exitCode} after ${durationInWords(event.milliseconds)}`
  }
}

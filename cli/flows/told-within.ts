import type { Reporter } from '../output/events.ts'
import type { StepName } from './steps.ts'

/** What another flow says, told as one step of this one: its steps as progress, what concerns users as it is. */
export const toldWithin = (step: StepName, reporter: Reporter): Reporter => {
  const titles = new Map<string, string>()
  const tell = (message: string) => reporter.emit({ type: 'step.progress', step, message })
  return {
    emit(event) {
      switch (event.type) {
        case 'flow.started':
          for (const { id, title } of event.steps) titles.set(id, title)
          return
        case 'step.started':
          if (event.title !== undefined) titles.set(event.step, event.title)
          return tell(titles.get(event.step) ?? event.step)
        case 'step.progress':
          return tell(event.message)
        case 'step.finished':
          if (event.outcome !== 'skipped') return
          return tell(`${titles.get(event.step) ?? event.step}: skipped${event.detail ? ` (${event.detail})` : ''}`)
        case 'error':
        case 'flow.finished':
          // Said once, by the flow around it.
          return
        default:
          return reporter.emit(event)
      }
    },
  }
}

import { eventInWords } from './event-words.ts'
import type { EventBody } from './events.ts'
import type { LiveList, LiveStep } from './live-list.ts'
import { loadSecondTable } from './load-second-words.ts'
import type { Palette } from './palette.ts'
import { onOneLine } from './printable.ts'
import type { Sink, TextStream } from './sink.ts'
import { durationInWords } from './words-for-time.ts'

export type TerminalRequest = {
  readonly stdout: TextStream
  readonly palette: Palette
  readonly redact: (text: string) => string
}

/**
 * A live list of the flow's steps. What must stay on the screen (warnings, notices, the release that users are on) is
 * printed under the list when it ends, once. The list is loaded with the first step, so a command without a flow does
 * not pay for it.
 */
export const createTerminalSink = (request: TerminalRequest): Sink => {
  const { stdout, palette, redact } = request
  /** The steps to draw: those to come, and those that ended since the list was begun. */
  let steps: readonly LiveStep[] = []
  const finished = new Set<string>()
  const titles = new Map<string, string>()
  const states = new Map<string, string>()
  let kept: string[] = []
  let list: LiveList | null = null
  let progress = ''
  /** Events are drawn in their order, although loading the list takes time. */
  let drawing: Promise<void> = Promise.resolve()

  const titleOf = (step: string): string => titles.get(step) ?? step

  const begin = async (step: string): Promise<LiveList> => {
    // A step that nobody announced, as on the way back, or that runs once more: it goes above those to come.
    if (finished.has(step) || !steps.some(({ id }) => id === step)) {
      await closeList()
      steps = [{ id: step, title: titleOf(step) }, ...steps.filter(({ id }) => id !== step && !finished.has(id))]
      finished.delete(step)
    }
    const { createLiveList } = await import('./live-list.ts')
    list ??= createLiveList(steps)
    return list
  }

  const closeList = async () => {
    await list?.close()
    list = null
    steps = steps.filter(({ id }) => !finished.has(id))
  }

  const settle = async () => {
    await closeList()
    for (const line of kept) stdout.write(`${line}\n`)
    kept = []
  }

  const keep = (event: EventBody) => {
    const words = eventInWords(event, titles)
    if (words === null) return
    const line = redact(words)
    kept.push(event.type === 'warning' ? palette.yellow(line) : line)
    if (event.type === 'warning') for (const fix of event.fix) kept.push(`  Fix: ${palette.bold(redact(fix))}`)
  }

  const draw = async (event: EventBody): Promise<void> => {
    switch (event.type) {
      case 'flow.started':
        steps = event.steps
        finished.clear()
        states.clear()
        for (const { id, title } of event.steps) titles.set(id, title)
        return
      case 'step.started':
        if (event.title !== undefined) titles.set(event.step, event.title)
        progress = ''
        return (await begin(event.step)).start(event.step)
      case 'step.progress':
        progress = redact(onOneLine(event.message))
        return list?.say([progress, ...states.values()].join('\n'))
      case 'health.changed':
        states.set(event.service, redact(`${event.service} is ${event.state}: ${onOneLine(event.message)}`))
        return list?.say([progress, ...states.values()].filter((line) => line !== '').join('\n'))
      case 'load.second':
        progress = loadSecondTable(event)
        return list?.say(progress)
      case 'step.finished': {
        // A skipped step was never started.
        const drawn = event.outcome === 'skipped' ? await begin(event.step) : list
        finished.add(event.step)
        const title = endTitle(event, titleOf(event.step))
        return drawn?.finish(event.step, { outcome: event.outcome, title: redact(title) })
      }
      case 'notice':
      case 'warning':
      case 'release.promoted':
        keep(event)
        return list === null ? settle() : undefined
      case 'flow.finished':
        return settle()
      default:
        return
    }
  }

  return {
    take(event) {
      drawing = drawing.then(() => draw(event))
    },
    async pause() {
      await drawing
      await settle()
    },
    async close() {
      await drawing
      await settle()
    },
  }
}

type Finished = Extract<EventBody, { readonly type: 'step.finished' }>

const endTitle = ({ outcome, milliseconds, detail }: Finished, title: string): string => {
  const why = detail === undefined ? '' : `: ${onOneLine(detail)}`
  if (outcome === 'done') return `${title}${why} (${durationInWords(milliseconds)})`
  return `${title}: ${outcome}${why}`
}

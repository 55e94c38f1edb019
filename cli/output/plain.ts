import { eventInWords } from './event-words.ts'
import type { EventBody } from './events.ts'
import type { OutputClock, Sink, TextStream } from './sink.ts'
import { durationInWords } from './words-for-time.ts'

/** After this much silence a line says what is awaited, so that nobody takes a quiet job for a dead one. */
const heartbeatMilliseconds = 15_000

export type PlainRequest = {
  readonly stream: TextStream
  readonly clock: OutputClock
  readonly redact: (text: string) => string
}

/** One line for each event, with the time in UTC: for logs, Jenkins and pipes. */
export const createPlainSink = ({ stream, clock, redact }: PlainRequest): Sink => {
  const titles = new Map<string, string>()
  let begun = false
  const running = new Map<string, { readonly since: number; readonly said: string }>()
  let lastLine = ''
  let spokenAt = clock.now().getTime()

  const say = (line: string, at: Date) => {
    if (line === lastLine) return
    lastLine = line
    spokenAt = at.getTime()
    stream.write(`${redact(`${at.toISOString().slice(11, 19)}Z ${line}`)}\n`)
  }

  const follow = (event: EventBody, at: number) => {
    if (event.type === 'flow.started') begun = true
    if (event.type === 'flow.started') for (const { id, title } of event.steps) titles.set(id, title)
    if (event.type === 'step.started' && event.title !== undefined) titles.set(event.step, event.title)
    if (event.type === 'step.started')
      running.set(event.step, { since: at, said: titles.get(event.step) ?? event.step })
    if (event.type === 'step.finished') running.delete(event.step)
    if (event.type === 'step.progress') {
      const since = running.get(event.step)?.since ?? at
      running.set(event.step, { since, said: `${titles.get(event.step) ?? event.step}: ${event.message}` })
    }
  }

  const stop = clock.every(heartbeatMilliseconds / 5, () => {
    const now = clock.now()
    const newest = [...running.values()].at(-1)
    if (newest === undefined || now.getTime() - spokenAt < heartbeatMilliseconds) return
    say(`still at it after ${durationInWords(now.getTime() - newest.since)}: ${newest.said}`, now)
  })

  return {
    take(event, at) {
      follow(event, at.getTime())
      // A question like `status` has no steps: its answer is all that there is to say.
      if (event.type === 'flow.finished' && !begun) return
      const line = eventInWords(event, titles)
      if (line !== null) say(line, at)
      // A command to paste stands alone on its line.
      if (event.type === 'warning') for (const fix of event.fix) stream.write(`${redact(`  Fix: ${fix}`)}\n`)
    },
    pause: async () => undefined,
    close: async () => stop(),
  }
}

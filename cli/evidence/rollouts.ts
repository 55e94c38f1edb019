import { z } from 'zod'
import type { Rollout, TimelineStep } from './evidence.ts'
import type { RunReport } from './run-reports.ts'

const digest = z.string().nullable()
const change = z.object({ service: z.string(), from: digest, to: digest })
const released = z.object({ changes: z.array(change) })
const compared = z.object({ service: z.string(), change: z.string(), digest: z.object({ from: digest, to: digest }) })
const wentBack = z.object({ plan: z.object({ comparison: z.object({ services: z.array(compared) }) }) })

/** The command's timeline and where it has led; undefined where it opened no release. */
export function rolloutOf(report: RunReport): Rollout | undefined {
  const { typed, events } = report
  const opened = events.find((event) => event.type === 'release.opened')
  const started = events.find((event) => event.type === 'flow.started')
  if (opened === undefined || started === undefined) return undefined
  const closed = events.findLast((event) => event.type === 'release.closed')
  return {
    typed,
    environment: started.environment,
    release: opened.release,
    previous: opened.previous,
    state: closed?.state ?? null,
    milliseconds: Date.parse(report.finishedAt) - Date.parse(report.startedAt),
    changes: changesOf(report),
    steps: timelineOf(report),
  }
}

const changesOf = ({ document }: RunReport): Rollout['changes'] => {
  if (!document.ok) return []
  const back = wentBack.safeParse(document.result).data?.plan.comparison.services ?? []
  const went = back.filter((service) => service.change !== 'same')
  return (
    released.safeParse(document.result).data?.changes ?? went.map(({ service, digest }) => ({ service, ...digest }))
  )
}

/** In the order in which they began; one that never ended runs to the end of the command. */
export const timelineOf = ({ events, startedAt, finishedAt }: RunReport): readonly TimelineStep[] => {
  const titles = new Map<string, string>()
  const began = new Map<string, number>()
  const steps: (TimelineStep & { readonly step: string })[] = []
  const beginning = Date.parse(startedAt)
  for (const event of events) {
    const at = Date.parse(event.time) - beginning
    if (event.type === 'flow.started') for (const { id, title } of event.steps) titles.set(id, title)
    if (event.type === 'step.started') {
      began.set(event.step, at)
      if (event.title !== undefined) titles.set(event.step, event.title)
    }
    if (event.type !== 'step.finished') continue
    const { step, outcome, milliseconds, detail = null } = event
    const atMilliseconds = began.get(step) ?? at
    began.delete(step)
    steps.push({ step, title: titles.get(step) ?? step, outcome, atMilliseconds, milliseconds, detail })
  }
  const end = Date.parse(finishedAt) - beginning
  const unended = [...began].map(([step, at]) => {
    const title = titles.get(step) ?? step
    return { step, title, outcome: 'running' as const, atMilliseconds: at, milliseconds: end - at, detail: null }
  })
  return [...steps, ...unended]
    .map(({ step: _, ...told }) => told)
    .toSorted((one, other) => one.atMilliseconds - other.atMilliseconds)
}

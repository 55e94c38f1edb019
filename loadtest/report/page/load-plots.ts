import type { RunResult } from '../../engine/result/run-result.ts'
import { count, figure } from '../figures-in-words.ts'
import type { KeptRun } from '../kept-run.ts'
import { linearScale } from '../plot/scale.ts'
import { renderTimePlot, type TimeFrame, type TimeLine } from '../plot/time-plot.ts'
import type { Column } from '../timeline.ts'
import type { Markup } from './html.ts'

const most = (columns: readonly Column[], of: (column: Column) => number | null): number =>
  Math.max(0, ...columns.map((column) => of(column) ?? 0))

export const throughputPlot = ({ judgements }: KeptRun, frame: TimeFrame): Markup => {
  const references = judgements
    .filter(({ objective: { scope, measure } }) => scope.kind === 'all' && measure === 'requestsPerSecond')
    .map(({ objective: { target } }) => ({ label: `objective: above ${figure(target)}/s`, value: target }))
  const highest = Math.max(
    most(frame.columns, ({ started }) => started),
    ...references.map(({ value }) => value),
  )
  return renderTimePlot(
    {
      title: 'Throughput',
      note: 'Requests of steps that ended ok, and all that were sent off, those of users’ coming and going too.',
      yTitle: 'requests a second',
      unit: '/s',
      scale: linearScale(highest),
      lines: [
        { label: 'ended ok', value: ({ ok }) => ok, stroke: 'thick' },
        { label: 'sent', value: ({ started }) => started },
      ],
      references,
    },
    frame,
  )
}

export const usersPlot = (frame: TimeFrame): Markup => {
  const highest = most(frame.columns, ({ activeUsers, requestsInFlight }) => Math.max(activeUsers, requestsInFlight))
  return renderTimePlot(
    {
      title: 'Active users',
      note: 'Users in their scenarios, and how many of their requests were being waited for, at the end of each second.',
      yTitle: 'at the same time',
      unit: '',
      scale: linearScale(highest),
      lines: [
        { label: 'active users', value: ({ activeUsers }) => activeUsers, stroke: 'thick' },
        { label: 'requests in flight', value: ({ requestsInFlight }) => requestsInFlight },
      ],
    },
    frame,
  )
}

/** Null for a closed model: nobody arrives there. */
export const arrivalsPlot = ({ profile }: RunResult, frame: TimeFrame): Markup | null => {
  if (profile.model === 'closed') return null
  const wanted = ({ arrived, dropped }: Column) => arrived + dropped
  const lines: readonly TimeLine[] = [
    { label: 'wanted', value: wanted, stroke: 'thick' },
    { label: 'started', value: ({ arrived }) => arrived },
    { label: 'dropped', value: ({ dropped }) => dropped },
  ]
  return renderTimePlot(
    {
      title: 'Arrivals',
      note: `Who arrives while ${count(profile.mostUsersInFlight)} users are in flight is dropped.`,
      yTitle: 'users a second',
      unit: '/s',
      scale: linearScale(most(frame.columns, wanted)),
      lines,
    },
    frame,
  )
}

export const generatorPlot = ({ profile }: RunResult, frame: TimeFrame): Markup => {
  const limit = profile.limits.schedulerLagP99Milliseconds
  const highest = most(frame.columns, ({ lagP99, delayP99 }) => Math.max(lagP99 ?? 0, delayP99 ?? 0))
  return renderTimePlot(
    {
      title: 'The generator itself',
      note: 'How late it began what was due, and how late its timers came. Above the limit, figures are its own and not the shop’s.',
      yTitle: 'lateness at p99, ms',
      unit: ' ms',
      scale: linearScale(Math.max(highest, limit)),
      lines: [
        { label: 'scheduler lag', value: ({ lagP99 }) => lagP99, stroke: 'thick' },
        { label: 'event loop delay', value: ({ delayP99 }) => delayP99 },
      ],
      references: [{ label: `limit: ${figure(limit)} ms`, value: limit }],
    },
    frame,
  )
}

import { interruption } from '../errors/interruption.ts'
import type { Reporter } from '../output/events.ts'
import type { StepRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'

/** The names and the order of the steps of every verb that changes an environment. */
export const stepTitles = {
  plan: 'Plan the release',
  build: 'Bundle the services',
  find: 'Find the images that run there',
  scan: 'Scan',
  push: 'Push the images',
  copy: 'Copy the images',
  load: 'Load into the container engine',
  lock: 'Take the lock',
  mend: 'Mend what was left',
  prepare: 'Prepare the platform',
  render: 'Render and compare',
  record: 'Open the record',
  migrate: 'Migrate the databases',
  seed: 'Load the demo data',
  apply: 'Apply all services',
  gate: 'Watch until healthy',
  smoke: 'Smoke checks',
  way: 'Find the way to the shop',
  journeys: "Customers' journeys",
  promote: 'Move users over',
  retire: 'Stop what is no longer needed',
  evidence: 'Keep the evidence',
  return: 'Return to the previous release',
  close: 'Close the record',
  stop: 'Stop everything',
  tools: 'Check tools and account',
  bootstrap: 'Make the bucket for the states',
  registry: 'Bring the image registry up',
  init: 'Synthesise and initialise',
  preview: 'Plan the change',
  'scan-stack': 'Scan the synthesised configuration',
  'apply-plan': 'Apply that very plan',
  refresh: 'Take what AWS says into the state',
  verify: 'Verify that all of it is there',
  secrets: 'Generate the secrets that are missing',
  'forget-secrets': 'Remove the secrets that led there',
  ask: 'Ask AWS who changed what',
  read: 'Read what is known',
  dump: 'Dump the databases',
  restore: 'Restore into a fresh server',
  compare: 'Compare',
  'make-data': 'Make accounts and products',
  'send-load': 'Send the load',
  'keep-result': 'Judge and keep the result',
  'remove-data': 'Remove what was made',
} as const

export type StepName = keyof typeof stepTitles

/** The steps that each verb may take, in order; those that it does not need stay out. The way back is not announced. */
export const plannedSteps = {
  deploy: [
    'plan',
    'build',
    'render',
    'scan',
    'push',
    'lock',
    'prepare',
    'mend',
    'record',
    'migrate',
    'seed',
    'apply',
    'gate',
    'smoke',
    'promote',
    'close',
    'retire',
  ],
  rollback: ['plan', 'lock', 'prepare', 'mend', 'record', 'apply', 'gate', 'smoke', 'promote', 'close', 'retire'],
  'release promote': [
    'plan',
    'find',
    'render',
    'scan',
    'copy',
    'lock',
    'prepare',
    'mend',
    'record',
    'migrate',
    'apply',
    'gate',
    'smoke',
    'promote',
    'close',
    'retire',
  ],
  smoke: ['way', 'smoke', 'journeys'],
  diff: ['plan', 'build', 'render'],
  'release diff': ['plan', 'find', 'render'],
  build: ['build'],
  push: ['build', 'scan', 'push'],
  'scan built': ['build', 'scan'],
  'scan running': ['find', 'scan'],
  down: ['lock', 'stop'],
  'backup verify': ['dump', 'restore', 'compare'],
  'loadtest run': ['way', 'make-data', 'send-load', 'keep-result', 'remove-data'],
  'infra plan': ['tools', 'init', 'preview', 'scan-stack'],
  'infra up': ['tools', 'init', 'preview', 'scan-stack', 'lock', 'apply-plan', 'refresh', 'verify', 'secrets'],
  'infra down': ['tools', 'init', 'preview', 'lock', 'apply-plan', 'forget-secrets'],
  'infra drift': ['tools', 'init', 'preview', 'ask'],
  'infra cost': ['tools', 'init', 'preview'],
  'infra bootstrap': ['tools', 'lock', 'bootstrap'],
} as const satisfies Readonly<Record<string, readonly StepName[]>>

export type Verb = keyof typeof plannedSteps

/** Says what a step does or waits for now. */
export type Say = (message: string) => void

export type Steps = {
  /** Runs one step and reports it. Throws INTERRUPTED instead of starting one after an interrupt. */
  run<Result>(name: StepName, work: (say: Say) => Promise<Result>): Promise<Result>
  /** The same for a step that only looks: an interrupt does not wait for its answer. */
  ask<Result>(name: StepName, work: () => Promise<Result>): Promise<Result>
  skip(name: StepName, why: string): void
  /** What was attempted so far, for the release record. */
  attempted(): readonly StepRecord[]
  /** A runner for the way back, which goes on although the first signal has fired. */
  withSignal(signal: AbortSignal): Steps
}

type StepsRequest = { readonly reporter: Reporter; readonly now: () => Date; readonly signal: AbortSignal }

/** Announces a verb and the steps that it means to take. */
export const beginFlow = (
  verb: Verb,
  means: Pick<FlowMeans, 'environment' | 'platform' | 'reporter' | 'now' | 'interrupted'>,
): Steps => {
  const { environment, platform, reporter, now, interrupted } = means
  const planned = plannedSteps[verb].filter((id) => id !== 'push' || platform.push !== undefined)
  const steps = planned.map((id) => ({ id, title: stepTitles[id] }))
  reporter.emit({ type: 'flow.started', flow: verb, environment, steps })
  return createSteps({ reporter, now, signal: interrupted })
}

const outcomeOf = (signal: AbortSignal): 'interrupted' | 'failed' => (signal.aborted ? 'interrupted' : 'failed')

/** Each step is bracketed by events and kept, so that the record shows what was attempted and how long it took. */
export const createSteps = (request: StepsRequest, records: StepRecord[] = []): Steps => {
  const { reporter, now, signal } = request

  const finish = (name: StepName, started: number, outcome: 'done' | 'failed' | 'interrupted') => {
    const milliseconds = Math.round(performance.now() - started)
    const record = records.findLast((step) => step.name === name)
    if (record !== undefined) Object.assign(record, { outcome, milliseconds })
    reporter.emit({ type: 'step.finished', step: name, outcome, milliseconds })
  }

  const steps: Steps = {
    async run(name, work) {
      if (signal.aborted) throw interruption(signal, `about to begin "${stepTitles[name]}"`)
      const started = performance.now()
      records.push({ name, startedAt: now().toISOString(), outcome: 'running' })
      reporter.emit({ type: 'step.started', step: name, title: stepTitles[name] })
      try {
        const result = await work((message) => reporter.emit({ type: 'step.progress', step: name, message }))
        finish(name, started, 'done')
        return result
      } catch (error) {
        finish(name, started, outcomeOf(signal))
        throw error
      }
    },
    ask: (name, work) => steps.run(name, () => unlessAborted(work(), { signal, title: stepTitles[name] })),
    skip(name, why) {
      records.push({ name, startedAt: now().toISOString(), milliseconds: 0, outcome: 'skipped', detail: why })
      reporter.emit({ type: 'step.finished', step: name, outcome: 'skipped', milliseconds: 0, detail: why })
    },
    attempted: () => records.map((record) => ({ ...record })),
    withSignal: (other) => createSteps({ ...request, signal: other }, records),
  }
  return steps
}

/** The answer, or INTERRUPTED at once: what only looks may be left to end by itself. */
const unlessAborted = async <Result>(
  answer: Promise<Result>,
  { signal, title }: { signal: AbortSignal; title: string },
): Promise<Result> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(interruption(signal, `waiting for "${title}"; nothing was changed`))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([answer, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

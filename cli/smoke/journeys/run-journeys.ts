import { randomUUID } from 'node:crypto'
import type { ServiceName } from '../../../services/registry.ts'
import { closeAccount, type MadeAccount } from './close-account.ts'
import type { Journey, JourneyStep, Notes } from './journey.ts'
import { type JourneyMeans, runStep } from './run-step.ts'

export type { JourneyMeans }

export type StepResult = {
  readonly name: string
  readonly service: ServiceName
  readonly result: 'passed' | 'failed' | 'skipped'
  /** Null where the step passed, or none of it was tried. */
  readonly failure: string | null
  readonly answered: 'yes' | 'no'
  /** Null where nothing was asked. */
  readonly requestId: string | null
  readonly milliseconds: number
}

export type JourneyResult = {
  readonly name: string
  /** `interrupted`: nobody is to blame, and it did not come to its end. */
  readonly result: 'passed' | 'failed' | 'skipped' | 'interrupted'
  /** Why it was skipped. */
  readonly reason: string | null
  readonly steps: readonly StepResult[]
  /** What it made and could not take away again. */
  readonly leftBehind: readonly string[]
  readonly milliseconds: number
}

const cleanUpSeconds = 20

const newPeople = ({ people }: Journey): Notes =>
  Object.fromEntries(
    people.flatMap((person) => [
      [`${person}.email`, `journey-${randomUUID()}@shop.example`],
      [`${person}.name`, `${person} of a journey`],
      [`${person}.password`, `${randomUUID()} opens nothing`],
    ]),
  )

const notTried = ({ name, service }: JourneyStep): StepResult => ({
  name,
  service,
  result: 'skipped',
  failure: null,
  answered: 'yes',
  requestId: null,
  milliseconds: 0,
})

/** Nobody has to know more than the address and the password of an account to take it away. */
const accountsOf = ({ people }: Journey, { notes, steps }: Walk): readonly MadeAccount[] =>
  people.flatMap((person): readonly MadeAccount[] => {
    const registered = steps.find(({ name }) => name === `${person} registers`)
    if (registered === undefined || registered.result === 'skipped') return []
    const made = registered.result === 'passed' ? 'yes' : 'maybe'
    return [{ email: notes[`${person}.email`] ?? '', password: notes[`${person}.password`] ?? '', made }]
  })

type Walk = {
  readonly notes: Notes
  readonly steps: readonly StepResult[]
  readonly end: Pick<JourneyResult, 'result' | 'reason'>
}

const keepSecrets = (notes: Notes, { keepSecret }: JourneyMeans) => {
  for (const [name, value] of Object.entries(notes)) {
    if (/\.(password|token|refresh)$/.test(name)) keepSecret(value)
  }
}

/** One step after another until one is wrong; those that come after it are told, and not tried. */
const walk = async (journey: Journey, means: JourneyMeans): Promise<Walk> => {
  const results: StepResult[] = []
  let notes = newPeople(journey)
  keepSecrets(notes, means)
  let end: Walk['end'] = { result: 'passed', reason: null }
  for (const step of journey.steps) {
    if (end.result === 'passed' && means.interrupted.aborted) end = { result: 'interrupted', reason: null }
    if (end.result !== 'passed') {
      results.push(notTried(step))
      continue
    }
    const started = performance.now()
    const { judged, requestId, answered } = await runStep(step, notes, means)
    const milliseconds = Math.round(performance.now() - started)
    const tried = { name: step.name, service: step.service, answered, requestId, milliseconds }
    if (judged.state === 'good') {
      keepSecrets(judged.learned, means)
      notes = { ...notes, ...judged.learned }
      results.push({ ...tried, result: 'passed', failure: null })
    } else if (judged.state === 'impossible') {
      results.push({ ...tried, result: 'skipped', failure: null })
      end = { result: 'skipped', reason: judged.reason }
    } else {
      results.push({ ...tried, result: 'failed', failure: judged.fault })
      end = { result: means.abandoned.aborted ? 'interrupted' : 'failed', reason: null }
    }
  }
  return { notes, steps: results, end }
}

const runJourney = async (journey: Journey, means: JourneyMeans): Promise<JourneyResult> => {
  const started = performance.now()
  const walked = await walk(journey, means)
  const signal = AbortSignal.any([means.abandoned, AbortSignal.timeout(cleanUpSeconds * 1000)])
  const left = await Promise.all(
    accountsOf(journey, walked).map((account) =>
      closeAccount(account, { ...means, signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
        return [`the account ${account.email} (nobody waited for its closing)`]
      }),
    ),
  )
  const milliseconds = Math.round(performance.now() - started)
  return { name: journey.name, ...walked.end, steps: walked.steps, leftBehind: left.flat(), milliseconds }
}

/** What an environment lacks for a journey, in words; null where it has all. */
export type Lacks = (need: Journey['needs'][number]) => string | null

/** A journey that cannot be made here is told with the reason, not left out. */
const skipped = (journey: Journey, reason: string): JourneyResult => ({
  name: journey.name,
  result: 'skipped',
  reason,
  steps: journey.steps.map(notTried),
  leftBehind: [],
  milliseconds: 0,
})

/** Makes all journeys side by side, and takes away what they made whatever happens, also after an interrupt. */
export const runJourneys = (
  journeys: readonly Journey[],
  { lacks, ...means }: JourneyMeans & { readonly lacks: Lacks },
): Promise<readonly JourneyResult[]> =>
  Promise.all(
    journeys.map((journey) => {
      const [reason] = journey.needs.flatMap((need) => lacks(need) ?? [])
      return reason === undefined ? runJourney(journey, means) : skipped(journey, reason)
    }),
  )

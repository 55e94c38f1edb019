import { setTimeout as pause } from 'node:timers/promises'
import type { EntryPoint } from '../../platforms/platform.ts'
import { exchange } from '../exchange.ts'
import type { JourneyStep, Judged, Notes, Recall } from './journey.ts'

export type JourneyMeans = {
  readonly entry: EntryPoint
  /** For each answer. */
  readonly secondsPerStep: number
  /** Fires at the first Ctrl-C: nothing more is begun. What was asked is waited for, so that it can be taken away. */
  readonly interrupted: AbortSignal
  /** Fires at the second: nobody waits for anything any more. */
  readonly abandoned: AbortSignal
  /** Told of every password and token before it is used. */
  readonly keepSecret: (secret: string) => void
  readonly fetch?: typeof fetch
}

export type StepOutcome = {
  readonly judged: Judged
  readonly requestId: string
  readonly answered: 'yes' | 'no'
}

const againMilliseconds = 200

export const recallOf =
  (notes: Notes): Recall =>
  (name) => {
    const found = notes[name]
    if (found === undefined) throw new Error(`no step before has learned ${name}`)
    return found
  }

/** What was made up to then is still to be told. */
const unlessAborted = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error
  return { answer: null, silence: 'nobody waited for the answer', requestId: '-' }
}

const askOnce = async (step: JourneyStep, notes: Notes, means: JourneyMeans): Promise<StepOutcome> => {
  const { entry, secondsPerStep: seconds, abandoned: signal, fetch } = means
  const recall = recallOf(notes)
  const asked = step.ask(recall)
  const { answer, silence, requestId } = await exchange(asked, { entry, seconds, signal, fetch }).catch(
    unlessAborted(signal),
  )
  const [path] = asked.path.split('?')
  const begin = `${step.name}: ${asked.method} ${path}`
  if (answer === null) {
    return { judged: { state: 'wrong', fault: `${begin}: ${silence}` }, requestId, answered: 'no' }
  }
  const judged = step.judge(answer, recall)
  const told = judged.state === 'wrong' ? { ...judged, fault: `${begin} ${judged.fault}` } : judged
  return { judged: told, requestId, answered: 'yes' }
}

/** One step, asked again where its answer may still become the wanted one. */
export const runStep = async (step: JourneyStep, notes: Notes, means: JourneyMeans): Promise<StepOutcome> => {
  const { withinSeconds } = step
  const over = withinSeconds === null ? AbortSignal.abort() : AbortSignal.timeout(withinSeconds * 1000)
  let outcome = await askOnce(step, notes, means)
  while (outcome.judged.state === 'wrong' && !over.aborted && !means.interrupted.aborted) {
    await pause(againMilliseconds)
    outcome = await askOnce(step, notes, means)
  }
  const { judged } = outcome
  if (judged.state !== 'wrong' || withinSeconds === null) return outcome
  return { ...outcome, judged: { ...judged, fault: `${judged.fault}, also after ${withinSeconds} s` } }
}

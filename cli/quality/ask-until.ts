import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../errors/interruption.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { askSonar, type SonarQuestion } from './ask-sonar.ts'
import type { SonarServer } from './sonar-server.ts'

export type SonarWait = {
  readonly server: SonarServer
  readonly waitSeconds: number
  /** On the clock of `performance.now()`; one for all questions of a gate. */
  readonly deadlineMilliseconds: number
  readonly everyMilliseconds: number
  readonly signal: AbortSignal
}

const outOfTime = (why: string, { waitSeconds }: SonarWait): ShopctlError =>
  new ShopctlError({
    code: 'QUALITY_GATE_UNKNOWN',
    outcome: 'unknown',
    what: `SonarQube came to no verdict within ${waitSeconds} s; nothing is known of the gate.`,
    why: [why],
    fix: [toType(`quality gate --wait ${Math.max(60, waitSeconds * 2)}`)],
  })

/** An answer that settles the question, or a word about what it still waits for. */
export type Settled<Done> = { readonly done: Done } | { readonly waitsFor: string }

/**
 * Asks until an answer settles the question. A server that is unwell or out of reach is asked again too. Throws
 * QUALITY_GATE_UNKNOWN (unknown) after the deadline, and what askSonar throws.
 */
export const askUntil = async <Answer, Done>(
  question: SonarQuestion<Answer>,
  { settle, wait }: { readonly settle: (answer: Answer) => Settled<Done>; readonly wait: SonarWait },
): Promise<Done> => {
  const { signal } = wait
  for (;;) {
    const given = await askSonar(question, wait)
    const settled = given.kind === 'answered' ? settle(given.answer) : { waitsFor: given.why }
    if ('done' in settled) return settled.done
    if (performance.now() >= wait.deadlineMilliseconds) throw outOfTime(settled.waitsFor, wait)
    await pause(wait.everyMilliseconds, undefined, { signal }).catch(() => {
      throw interruption(signal, 'waiting for the quality gate')
    })
  }
}

import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'
import type { SecretVault } from './secret-vault.ts'

type Waiting = {
  readonly vault: Pick<SecretVault, 'describe'>
  readonly name: string
  /** The version that the rotation makes. */
  readonly token: string
  readonly seconds: number
  readonly signal: AbortSignal
}

/** The four steps take seconds; a function that was not used for long starts slowly in its network. */
export const rotationSeconds = 180

const betweenLooksMs = 1_000

/** Asks until the rotation's version is the current one. `not-proven` where time is over: AWS goes on trying. */
export const waitUntilCurrent = async (waiting: Waiting): Promise<'done' | 'not-proven'> => {
  const { vault, name, token, seconds, signal } = waiting
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const seen = await vault.describe(name)
    if (seen?.versions[token]?.includes('AWSCURRENT')) return 'done'
    if (performance.now() >= deadline) return 'not-proven'
    await pause(Math.min(betweenLooksMs, seconds * 1000), undefined, { signal }).catch(() => {
      throw interruption(signal, `waiting for the rotation of ${name}; it goes on in AWS`)
    })
  }
}

import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { ageInWords } from '../output/words-for-time.ts'
import type { LockValue } from './stores.ts'

type Contender = {
  readonly environment: string
  readonly command: string
  readonly look?: readonly string[] | undefined
  readonly now: Date
}

/** `ada (process 4711 on buildhost) since 3 min ago, 2026-11-22T12:00:00.000Z: deploy of 3f2a9c1` */
export const lockHolderInWords = (value: LockValue, now: Date): string =>
  `${value.holder} (process ${value.processId} on ${value.host}) since ${value.since}, ${ageInWords(value.since, now)}`

export const lockHeld = (value: LockValue, { environment, command, look, now }: Contender): ShopctlError =>
  new ShopctlError({
    code: 'LOCK_HELD',
    outcome: 'refused',
    what: `${environment} is being changed by someone else; nothing was changed.`,
    why: [
      `the lock is held by ${lockHolderInWords(value, now)}`,
      `for: ${value.reason}`,
      `last renewed ${ageInWords(value.renewed.wall, now)}; it expires by itself ${value.timeToLiveSeconds} s after its holder dies`,
    ],
    fix: [toType(`${command} --wait 60`), ...(look ?? [toType(`lock show --env ${environment}`)])],
  })

type Loser = { readonly environment: string; readonly look?: readonly string[] | undefined }

export const lockLost = ({ environment, look }: Loser, why: string): ShopctlError =>
  new ShopctlError({
    code: 'LOCK_LOST',
    outcome: 'unknown',
    what: `The lock on ${environment} was lost while this command was changing it.`,
    why: [why],
    fix: look ?? [toType(`lock show --env ${environment}`), toType(`status --env ${environment}`)],
  })

import * as Flags from '@oclif/core/flags'
import { type AddOnGroup, addOnGroups } from '../manifests/add-ons/add-on-request.ts'
import { chosenFrom } from './usage/refused-value.ts'

const group = (typed: string): AddOnGroup =>
  chosenFrom(typed, { code: 'UNKNOWN_PART', noun: 'part of what runs beside the shop', known: addOnGroups })

const only = (summary: string) =>
  Flags.custom<readonly AddOnGroup[]>({
    helpValue: addOnGroups.join(','),
    summary,
    parse: async (typed) => [...new Set(typed.split(',').map((name) => group(name.trim())))],
  })()

/** `--only monitoring,logging`; all of them where it is left out. */
export const addOnFlags = { only: only('these parts alone; left out, all of them') }

export const addOnDownFlags = {
  only: only('these parts alone; left out, monitoring and logging: ingress, and metrics-server with it, only by name'),
}

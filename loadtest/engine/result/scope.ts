import { z } from 'zod'
import type { Series } from '../record/snapshot.ts'

/** What a figure or an objective is of. An endpoint of several scenarios is one. */
export const scopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('scenario'), scenario: z.string() }),
  z.object({ kind: z.literal('endpoint'), endpoint: z.string() }),
])
export type Scope = z.infer<typeof scopeSchema>

/** A user's coming and going is no part of what is judged. */
export const scopesOf = ({ kind, scenario, endpoint }: Series): readonly Scope[] =>
  kind === 'step' ? [{ kind: 'all' }, { kind: 'scenario', scenario }, { kind: 'endpoint', endpoint }] : []

export const scopeText = (scope: Scope): string => {
  if (scope.kind === 'all') return 'all requests'
  return scope.kind === 'scenario' ? `scenario ${scope.scenario}` : `endpoint ${scope.endpoint}`
}

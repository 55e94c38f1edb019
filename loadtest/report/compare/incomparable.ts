import { isDeepStrictEqual } from 'node:util'
import type { Profile } from '../../engine/profile/profile.ts'
import type { KeptRun } from '../kept-run.ts'

/** What does not change the load: its name, what is drawn, when it would be invalid and how it is tidied up. */
const ofNoWeight = new Set(['name', 'seed', 'limits', 'cleanUpSeconds'])

/** Sentences' ends: in what two runs differ so that a comparison would be of the loads and not of the shops. */
export const loadDifferences = (before: KeptRun, after: KeptRun): readonly string[] => {
  const [{ model }, { model: otherModel }] = [before.result.profile, after.result.profile]
  // All else differs as a consequence.
  if (model !== otherModel) return [`the model is ${model} in A and ${otherModel} in B`]
  const [one, other] = [weighty(before.result.profile), weighty(after.result.profile)]
  const fields = [...new Set([...one.keys(), ...other.keys()])].filter(
    (field) => !isDeepStrictEqual(one.get(field), other.get(field)),
  )
  const differences = fields.map(
    (field) => `${field} is ${shown(one.get(field))} in A and ${shown(other.get(field))} in B`,
  )
  if (isDeepStrictEqual(before.result.scenarios, after.result.scenarios)) return differences
  return [...differences, `the scenarios are ${scenarios(before)} in A and ${scenarios(after)} in B`]
}

const weighty = (profile: Profile): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(profile).filter(([field, value]) => !ofNoWeight.has(field) && value !== undefined))

const shown = (value: unknown): string => JSON.stringify(value) ?? 'not there'

const scenarios = ({ result }: KeptRun): string =>
  result.scenarios.map(({ name, weight, steps }) => `${name} (${weight}: ${steps.join(', ')})`).join('; ')

/** What makes a comparison worth less, though it is one. */
export const cautions = (before: KeptRun, after: KeptRun): readonly string[] => {
  const pairs = [
    ['the environment', before.environment, after.environment],
    ['the target', before.result.target, after.result.target],
    ['the number of workers', String(before.result.workers), String(after.result.workers)],
    ['the seed', String(before.result.profile.seed), String(after.result.profile.seed)],
  ] as const
  const differences = pairs
    .filter(([, one, other]) => one !== other)
    .map(([what, one, other]) => `${what} is ${one} in A and ${other} in B`)
  const runs = [
    ['A', before.result],
    ['B', after.result],
  ] as const
  const partial = runs
    .filter(([, { partial: isPartial }]) => isPartial)
    .map(([name]) => `${name} was stopped before its time: only the seconds that both runs have are compared`)
  const invalid = runs
    .filter(([, { verdict }]) => !verdict.valid)
    .map(([name, { verdict }]) => `${name} is invalid: ${verdict.reasons[0] ?? 'it says nothing of the shop'}`)
  return [...invalid, ...partial, ...differences]
}

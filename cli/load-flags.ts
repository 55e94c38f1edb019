import * as Args from '@oclif/core/args'
import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { type ProfileName, profileNames } from '../loadtest/profiles.ts'
import { type ScenarioName, scenarioNames } from '../loadtest/scenarios/shop-settings.ts'
import { chosenFrom } from './usage/refused-value.ts'

const knownProfile = async (typed: string): Promise<ProfileName> =>
  chosenFrom(typed, { code: 'UNKNOWN_PROFILE', noun: 'profile', known: profileNames })

const knownScenario = (typed: string): ScenarioName =>
  chosenFrom(typed, { code: 'UNKNOWN_SCENARIO', noun: 'scenario', known: scenarioNames })

const secondsOf = { s: 1, m: 60, h: 3_600 } as const

/** `90s`, `5m`, `2h`. */
const duration = async (typed: string): Promise<number> => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})(s|m|h)$/.exec(typed) ?? []
  if (unit !== 's' && unit !== 'm' && unit !== 'h') {
    throw new CLIError(`A duration is like 90s, 5m or 2h, not "${typed}".`)
  }
  return Number(count) * secondsOf[unit]
}

const perSecond = async (typed: string): Promise<number> => {
  const rate = /^\d{1,6}(\.\d{1,3})?$/.test(typed) ? Number(typed) : 0
  if (rate > 0) return rate
  throw new CLIError(`So many a second is a number above 0, like 10 or 0.5, not "${typed}".`)
}

export const profileArgument = {
  profile: Args.custom<ProfileName>({
    description: profileNames.join(', '),
    ignoreStdin: true,
    parse: knownProfile,
  })(),
}

/** Which load, and in which size. */
export const loadFlags = {
  profile: Flags.custom<ProfileName>({
    helpValue: profileNames.join('|'),
    summary: 'the load; `loadtest profiles` shows each',
    default: 'default',
    parse: knownProfile,
  })(),
  users: Flags.integer({ min: 1, max: 100_000, summary: 'so many at most, its stages in proportion' }),
  'spawn-rate': Flags.custom<number>({ summary: 'so many users more a second', parse: perSecond })(),
  duration: Flags.custom<number>({
    helpValue: '90s|5m|2h',
    summary: 'how long, its stages in proportion',
    parse: duration,
  })(),
  rate: Flags.custom<number>({ summary: 'requests a second, of a profile that has a rate', parse: perSecond })(),
  scenario: Flags.custom<readonly ScenarioName[]>({
    helpValue: scenarioNames.join(','),
    summary: 'these customers only',
    parse: async (typed) => [...new Set(typed.split(',').map((name) => knownScenario(name.trim())))],
  })(),
}

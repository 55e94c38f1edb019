import * as Args from '@oclif/core/args'
import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { serviceNames } from '../services/registry.ts'
import { environmentNames, environments } from '../stacks/environments.ts'
import { chosenFrom } from './usage/refused-value.ts'

/** On every command, through ShopCommand. */
export const outputFlags = {
  json: Flags.boolean({ summary: 'print one JSON document on stdout, and nothing else there' }),
  ui: Flags.option({
    options: ['auto', 'tty', 'plain'] as const,
    default: 'auto' as const,
    summary: 'a live list on a terminal, or one line for each event',
  })(),
  events: Flags.string({ helpValue: 'FILE', summary: 'write the events as JSON lines to FILE; - is stderr' }),
}

const environmentOptions = {
  helpValue: environmentNames.join('|'),
  summary: 'the environment',
  parse: async (typed: string) =>
    environments[chosenFrom(typed, { code: 'UNKNOWN_ENVIRONMENT', noun: 'environment', known: environmentNames })],
}

/** `--env`: which environment. Never has a default: what changes one must name it. */
export const environmentFlag = {
  env: Flags.custom({ ...environmentOptions, required: true })(),
  'kube-context': Flags.string({
    env: 'SHOPCTL_KUBE_CONTEXT',
    helpValue: 'CONTEXT',
    summary: 'a context of the kubeconfig, in place of the cluster that the environment names',
  }),
}

/** Every name is understood, so that what cannot be is refused with its reason; offered are those that run images. */
const imageEnvironment = {
  ...environmentOptions,
  helpValue: environmentNames.filter((name) => environments[name].kubernetes !== null).join('|'),
  required: true,
} as const

/** `--from` and `--to`: what one environment runs, for another one. */
export const environmentPairFlags = {
  from: Flags.custom({ ...imageEnvironment, summary: 'the environment whose release is taken' })(),
  to: Flags.custom({ ...imageEnvironment, summary: 'the environment that it is released to' })(),
  'kube-context': environmentFlag['kube-context'],
}

/** The same for what can also look at this machine alone. */
export const anyEnvironmentFlag = { ...environmentFlag, env: Flags.custom(environmentOptions)() }

export const yesFlag = { yes: Flags.boolean({ char: 'y', summary: 'do not ask' }) }

export const dryRunFlag = {
  'dry-run': Flags.boolean({ summary: 'say what would change and change nothing; exit 0 where nothing would, else 2' }),
}

export const waitFlag = {
  wait: Flags.integer({ min: 0, helpValue: 'SECONDS', summary: 'wait this long for a lock that somebody else holds' }),
}

export const reasonFlag = {
  reason: Flags.string({ summary: 'why, for the history and for whoever finds the lock held' }),
}

/** `--only users,catalog`. Each command says in its own summary what it does with these alone. */
export const servicesFlag = (summary: string) => ({
  only: Flags.custom({
    helpValue: serviceNames.join(','),
    summary,
    parse: async (typed: string) => typed.split(',').map((name) => knownService(name.trim())),
  })(),
})

/** The services to build anew; the others stay as they are. */
export const onlyFlag = servicesFlag('build and change these services only')

/** Each command says in its own summary what it forces. */
export const forceFlag = (summary: string) => ({ force: Flags.boolean({ summary }) })

const knownService = (typed: string) =>
  chosenFrom(typed, { code: 'UNKNOWN_SERVICE', noun: 'service', known: serviceNames })

/** What writes a log: the services, and on the local platform what they stand on. */
export const logSources = [...serviceNames, 'edge', 'postgres', 'redis']

/** Whose log, as an argument that may be left out. */
export const logSourceArgument = {
  source: Args.custom({
    description: logSources.join(', '),
    // Else oclif waits for standard input where the argument is left out.
    ignoreStdin: true,
    parse: async (typed: string) => chosenFrom(typed, { code: 'UNKNOWN_SERVICE', noun: 'service', known: logSources }),
  })(),
}

const knownNumber = (typed: string): number => {
  // oclif's own number throws an error here that cannot be told from a bug.
  if (!/^[1-9]\d{0,8}$/.test(typed)) throw new CLIError(`A release is a whole number from 1, not "${typed}".`)
  return Number(typed)
}

/** A release by its number. */
export const releaseArgument = {
  release: Args.custom<number>({ ignoreStdin: true, parse: async (typed) => knownNumber(typed) })({
    description: 'number of the release',
    required: true,
  }),
}

import { CLIError } from '@oclif/core/errors'
import { expect, test } from 'vitest'
import { usageFailure } from './usage-failure.ts'

const deploy = (...argv: readonly string[]) => ({
  id: 'deploy',
  flags: { env: { required: true, helpValue: 'local|dev' }, json: {}, 'dry-run': {} },
  argv,
})

const unknownFlags = (...flags: readonly string[]) => Object.assign(new CLIError('Nonexistent flag'), { flags })

test('an unknown flag names the nearest and offers the whole command with it', () => {
  const failure = usageFailure(unknownFlags('--evn'), deploy('--evn', 'local', '--json'))
  expect(failure).toMatchObject({ code: 'UNKNOWN_FLAG', outcome: 'usage', exitCode: 64 })
  expect(failure.message).toContain('did you mean --env?')
  expect(failure.fix[0]).toMatch(/ deploy --env local --json$/)
})

test('an unknown flag with its value after = keeps the value', () => {
  expect(usageFailure(unknownFlags('--evn=local'), deploy('--evn=local')).fix[0]).toMatch(/ deploy --env=local$/)
})

test('a flag that is near nothing only leads to the help', () => {
  const failure = usageFailure(unknownFlags('--frobnicate'), deploy('--frobnicate'))
  expect(failure.message).not.toContain('did you mean')
  expect(failure.fix).toEqual([expect.stringMatching(/ deploy --help$/)])
})

test('a missing environment is asked for and never taken for granted', () => {
  const failure = usageFailure(new CLIError('Missing required flag env'), deploy('--json'))
  expect(failure).toMatchObject({ code: 'FLAG_MISSING', why: ['No environment is taken for granted.'] })
  expect(failure.fix[0]).toMatch(/ deploy --json --env local$/)
})

test('whatever else oclif says is passed on in its own words, without colours', () => {
  const failure = usageFailure(
    new CLIError('Expected --ui=x to be one of: \u001b[2mauto\u001b[22m\nSee more help with --help'),
    deploy('--env', 'local'),
  )
  expect(failure.why).toEqual(['Expected --ui=x to be one of: auto'])
})

import { expect, test } from 'vitest'
import { resolveCommandLine } from './resolve-command-line.ts'
import { sourceCommands } from './testing/source-commands.ts'

const resolved = (line: string) => resolveCommandLine(line, sourceCommands)

test.each([
  ['shopctl deploy --env local', 'deploy'],
  ['bin/shopctl history show N --env ENV', 'history:show'],
  ['shopctl logs users --env prod --follow | grep "no such"', 'logs'],
  ['shopctl events dead drop ID --reason "nobody needs it" --env=prod', 'events:dead:drop'],
  ['shopctl loadtest report RUN # the page', 'loadtest:report'],
])('%s is a command that can be typed', async (line, id) => {
  expect(await resolved(line)).toEqual({ kind: 'command', id })
})

test('a group or --help shows help', async () => {
  expect(await resolved('shopctl history --help')).toEqual({ kind: 'help', topic: 'history' })
})

test.each([
  ['shopctl deploi --env local', 'has no command "deploi --env local"'],
  ['shopctl deploy --env local --fast', 'Nonexistent flag: --fast'],
  ['shopctl deploy', 'Missing required flag env'],
  ['shopctl deploy --env production', 'production'],
  ['shopctl history show --env local 1 2', 'Unexpected argument: 2'],
  ['shopctl logs users --env prod --ui loud', '--ui=loud'],
  ['shopctl events show --env local', 'Missing 1 required arg'],
  ['kubectl get pods', '"kubectl" is not shopctl'],
])('%s is none, and it says why', async (line, why) => {
  expect(await resolved(line)).toEqual({ kind: 'wrong', why: expect.stringContaining(why) })
})

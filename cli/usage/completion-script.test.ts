import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completionScript } from './completion-script.ts'
import { completionWords } from './completion-words.ts'

const commands = completionWords(
  [
    { id: 'deploy', summary: 'Release it', flags: { env: {}, ui: { options: ['auto', 'tty'] } }, args: {} },
    { id: 'history', flags: { env: {} }, args: {} },
    { id: 'history:show', flags: { env: {} }, args: { release: {} } },
    { id: 'logs', summary: "The services' lines", flags: { env: {} }, args: { service: {} } },
    { id: 'secret', hidden: true, flags: {}, args: {} },
  ],
  { env: ['local', 'dev'], service: ['users', 'orders'] },
)

const completed = (...typed: readonly string[]): readonly string[] => {
  const words = typed.map((word) => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(${words}); COMP_CWORD=${typed.length - 1}; _shopctl; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = spawnSync('bash', ['-c', `${completionScript('bash', commands)}\n${ask}`], { encoding: 'utf8' })
  return stdout.trim().split('\n')
}

test.each([
  [
    ['shopctl', ''],
    ['deploy', 'history', 'logs'],
  ],
  [['shopctl', 'h'], ['history']],
  [['shopctl', 'history', 's'], ['show']],
  [
    ['shopctl', 'deploy', '--'],
    ['--env', '--ui'],
  ],
  [
    ['shopctl', 'deploy', '--env', ''],
    ['local', 'dev'],
  ],
  [['shopctl', 'deploy', '--ui', 't'], ['tty']],
  [['shopctl', 'logs', 'o'], ['orders']],
  [['shopctl', 'logs', '--env', 'local', 'u'], ['users']],
])('bash completes %j to %j', (typed, expected) => {
  expect(completed(...typed)).toEqual(expected)
})

test('fish is told commands, flags with their values, and what each does', () => {
  const script = completionScript('fish', commands)
  expect(script).toContain("-n '__fish_use_subcommand' -a deploy -d 'Release it'")
  expect(script).toContain("-n '__fish_seen_subcommand_from deploy' -l env -d '' -x -a 'local dev'")
  expect(script).toContain("-a logs -d 'The services\\' lines'")
  expect(script).not.toContain('secret')
})

test('zsh reads the same script through its support for bash completions', () => {
  expect(completionScript('zsh', commands)).toContain('bashcompinit')
  expect(completionScript('zsh', commands)).toContain(completionScript('bash', commands))
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const program = join(import.meta.dirname, 'testing', 'run-flow-on-terminal.ts')
const escapeCode = String.fromCharCode(27)
// Erasing and moving end in a capital letter, colours and the cursor's look in a small one.
const moves = new RegExp(`${escapeCode}\\[[?0-9;]*[A-Z]`)
const looks = new RegExp(`${escapeCode}\\[[?0-9;]*[a-z]`, 'g')

type Run = { readonly ending: string; readonly columns?: number; readonly variables?: Readonly<Record<string, string>> }

/** Runs the program on a terminal of its own; `script` of util-linux makes one. */
const onTerminal = async ({ ending, columns = 80, variables = {} }: Run) => {
  const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...environment } = process.env
  const command = `stty cols ${columns} rows 40; exec '${process.execPath}' '${program}' '${ending}'`
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...environment, TERM: 'xterm', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await once(child, 'close')
  const left = (text.split(moves).at(-1) ?? '').replace(looks, '').replaceAll('\r', '').trim()
  return { text, lines: left.split('\n'), exitCode: child.exitCode }
}

const warning = ['warning: the clock jumped', `  Fix: shopctl doctor ${'--long '.repeat(12)}`.trimEnd()]

// Other systems' `script` takes other words.
const linux = process.platform === 'linux'

test.skipIf(!linux)(
  'a flow leaves its steps, then what must stay, then what is printed last; nothing twice',
  async () => {
    const { text, lines } = await onTerminal({ ending: 'succeeds' })
    expect(lines).toEqual([
      '✔ Plan (120 ms)',
      '↓ Bundle: skipped: nothing changed',
      '✔ Watch until healthy (120 ms)',
      '✔ Close (120 ms)',
      ...warning,
      'THE FAILURE',
    ])
    expect(text).not.toContain('canary-secret')
    expect(text).toContain(`${escapeCode}[32m`)
  },
)

test.skipIf(!linux)('a failed step is marked and the steps of the way back still run', async () => {
  const { lines } = await onTerminal({ ending: 'fails' })
  expect(lines.slice(2, 4)).toEqual(['✖ Watch until healthy: failed', '✔ Keep the evidence (120 ms)'])
  expect(lines.at(-1)).toBe('THE FAILURE')
})

test.skipIf(!linux)('60 columns do not break a line to paste, and the list never wraps', async () => {
  const { text, lines } = await onTerminal({ ending: 'succeeds', columns: 60 })
  expect(lines).toContain(warning[1])
  const drawn = text
    .split(moves)
    .join('\n')
    .replace(looks, '')
    .split(/[\r\n]+/)
  expect(drawn.filter((line) => line.includes('doing gate')).length).toBeGreaterThan(0)
  expect(drawn.filter((line) => line.includes('doing') && line.length > 60)).toEqual([])
})

test.skipIf(!linux)('a step that nobody announced is drawn above those to come', async () => {
  const { text, lines } = await onTerminal({ ending: 'takes a detour' })
  expect(lines.slice(0, 3)).toEqual(['✔ detour (120 ms)', '✔ Watch until healthy (120 ms)', '✔ Close (120 ms)'])
  expect(text.replace(looks, '')).toContain('↓ Bundle: skipped: nothing changed')
})

test.skipIf(!linux)('NO_COLOR is honoured on a terminal', async () => {
  const { text } = await onTerminal({ ending: 'fails', variables: { NO_COLOR: '1' } })
  expect(text).not.toMatch(new RegExp(`${escapeCode}\\[[0-9;]*m`))
})

test.skipIf(!linux)('a question stands under a finished list and the next step begins a new one', async () => {
  const { text, lines } = await onTerminal({ ending: 'asks' })
  expect(text.match(/Go on\? yes/g)).toHaveLength(1)
  expect(lines[0]).toBe('✔ Watch until healthy (120 ms)')
})

test.skipIf(!linux)('an interrupt leaves the cursor visible, the list as it was and our own exit code', async () => {
  const { text, exitCode } = await onTerminal({ ending: 'is interrupted' })
  expect(exitCode).toBe(130)
  expect(text.lastIndexOf(`${escapeCode}[?25h`)).toBeGreaterThan(text.lastIndexOf(`${escapeCode}[?25l`))
})

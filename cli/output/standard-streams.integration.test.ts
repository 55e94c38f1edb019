import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const module = join(import.meta.dirname, 'standard-streams.ts')
const program = `
import '@oclif/core/command'
import { exitAfterPrinting, printText, watchForClosedPipes } from ${JSON.stringify(module)}
const gone = watchForClosedPipes()
for (let line = 0; line < 50; line += 1) {
  printText('x'.repeat(10_000))
  await new Promise((resolve) => setTimeout(resolve, 2))
}
process.stderr.write('went on to the end, reader gone: ' + gone.aborted)
await exitAfterPrinting(0)
`

test.skipIf(process.platform !== 'linux')('a full disk behind stdout is said once and the work goes on', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await once(child, 'close')
  expect(said.split('\n')).toEqual([
    expect.stringContaining('warning: what is printed is lost from here on: ENOSPC'),
    'went on to the end, reader gone: true',
  ])
  expect(child.exitCode).toBe(0)
})

test('a reader that went away is quiet and the work goes on', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stdout?.once('data', () => child.stdout?.destroy())
  await once(child, 'exit')
  expect(said).toBe('went on to the end, reader gone: true')
  expect(child.exitCode).toBe(0)
})

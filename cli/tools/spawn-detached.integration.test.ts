import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readProcess } from './process-facts.ts'
import { spawnDetached } from './spawn-detached.ts'

let directory: string
let logFile: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-detached-'))
  logFile = join(directory, 'log')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const sh = (script: string) => ({ program: '/bin/sh', args: ['-c', script], env: {}, cwd: directory, logFile })

test('both outputs go to the end of the log file and the exit is told', async () => {
  await writeFile(logFile, 'before\n')
  const { exit } = await spawnDetached(sh('echo out; echo err >&2; exit 7'))
  expect(await exit).toMatchObject({ code: 7, signal: null })
  expect(await readFile(logFile, 'utf8')).toBe('before\nout\nerr\n')
})

test('a process that a signal ends says which', async () => {
  const { exit } = await spawnDetached(sh('kill -KILL $$'))
  expect(await exit).toMatchObject({ code: null, signal: 'SIGKILL' })
})

test('the environment is exactly what was given, and what was named', async () => {
  const call = { program: '/usr/bin/env', args: [], env: { ONLY: 'this' }, cwd: directory, logFile }
  await (await spawnDetached({ ...call, inherit: ['PATH', 'SURELY_NOT_SET'] })).exit
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n').toSorted()
  expect(lines).toEqual(['ONLY=this', `PATH=${process.env.PATH}`])
})

test('even a process that ends at once has a start', async () => {
  const { processStart, exit } = await spawnDetached(sh(':'))
  expect(processStart).not.toBe('')
  await exit
})

test('a missing program is refused', async () => {
  const call = { ...sh(''), program: join(directory, 'gone') }
  await expect(spawnDetached(call)).rejects.toMatchObject({ code: 'TOOL_MISSING', outcome: 'refused' })
})

test('the process lives on in its own session after its starter has ended', async () => {
  const module = JSON.stringify(new URL('./spawn-detached.ts', import.meta.url).href)
  const call = JSON.stringify({ ...sh('exec sleep 60') })
  const program = `const { spawnDetached } = await import(${module})
    console.log(JSON.stringify(await spawnDetached(${call})))`
  const told = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
  const facts = await readProcess(told.processId)
  expect(facts).toMatchObject({ start: told.processStart, groupId: told.processId, zombie: false })
  process.kill(told.processId, 'SIGKILL')
  await vi.waitFor(async () => expect((await readProcess(told.processId))?.zombie ?? true).toBe(true))
})

import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runTool } from './run-tool.ts'

const never = new AbortController().signal
const sh = (script: string) => ({ program: 'sh', args: ['-c', script], timeoutSeconds: 20 })
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-run-tool-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Gone or a zombie that nobody has collected yet. */
const isGone = (processId: number): boolean =>
  !existsSync(`/proc/${processId}/stat`) || / Z /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'))

const readProcessId = (file: string) =>
  vi.waitFor(() => {
    const text = readFileSync(join(directory, file), 'utf8')
    expect(text).toMatch(/^\d+\n$/)
    return Number(text)
  })

test('a run answers with exit code, both outputs and the time that it took', async () => {
  const result = await runTool({ ...sh('cat; echo oops >&2; exit 3'), input: 'hello\n' }, never)
  expect(result).toMatchObject({ exitCode: 3, stdout: 'hello\n', stderr: 'oops\n' })
  expect(result.milliseconds).toBeGreaterThan(0)
})

test('a program that a signal ended has the exit code that a shell gives it', async () => {
  expect((await runTool(sh('kill -KILL $$'), never)).exitCode).toBe(137)
})

test('without input a program reads nothing instead of waiting', async () => {
  expect((await runTool({ program: 'cat', args: [], timeoutSeconds: 5 }, never)).stdout).toBe('')
})

test('the environment is added to, or replaced as a whole', async () => {
  const call = { program: '/usr/bin/env', args: [], env: { ONLY: 'this' }, timeoutSeconds: 5 }
  expect((await runTool(call, never)).stdout).toContain('PATH=')
  expect((await runTool({ ...call, inherit: 'nothing' }, never)).stdout).toBe('ONLY=this\n')
})

test('a missing program is refused with what to install', async () => {
  const call = { program: 'redis-serverr', args: [], timeoutSeconds: 5 }
  await expect(runTool(call, never)).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    outcome: 'refused',
    why: [expect.stringContaining('ENOENT')],
    fix: [expect.stringMatching(/install.* redis-serverr$/)],
  })
  await expect(runTool({ ...call, program: join(directory, 'gone') }, never)).rejects.toMatchObject({
    code: 'TOOL_MISSING',
  })
})

test('a missing working directory is not mistaken for a missing program', async () => {
  const call = { ...sh('true'), cwd: join(directory, 'gone') }
  await expect(runTool(call, never)).rejects.toThrow(/No such directory/)
})

test('a secret among the arguments is a bug and nothing is started', async () => {
  const call = { ...sh(`touch ${directory}/started # canary`), secrets: ['canary'] }
  await expect(runTool(call, never)).rejects.toThrow('[redacted]')
  expect(existsSync(join(directory, 'started'))).toBe(false)
})

test('an abort while a run is being prepared starts nothing', async () => {
  const stop = new AbortController()
  const running = runTool(sh(`touch ${directory}/started`), stop.signal)
  stop.abort()
  await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', outcome: 'interrupted' })
  expect(existsSync(join(directory, 'started'))).toBe(false)
})

test('an abort ends grandchildren too, before the run returns', async () => {
  const stop = new AbortController()
  const running = runTool(sh(`sleep 60 & echo $! > ${directory}/grandchild; wait`), stop.signal)
  const refused = expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', outcome: 'interrupted' })
  const grandchild = await readProcessId('grandchild')
  expect(isGone(grandchild)).toBe(false)
  stop.abort()
  await refused
  expect(isGone(grandchild)).toBe(true)
})

test('an abort lets a program end in its own way', async () => {
  const stop = new AbortController()
  const script = `trap 'touch ${directory}/tidied; exit' TERM; echo $$ > ${directory}/ready; while :; do sleep 0.05; done`
  const running = runTool(sh(script), stop.signal)
  const refused = expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' })
  await readProcessId('ready')
  stop.abort()
  await refused
  expect(existsSync(join(directory, 'tidied'))).toBe(true)
})

test('an abort does not wait for who left the group and kept the pipes', async () => {
  const stop = new AbortController()
  const running = runTool(sh(`setsid sleep 60 & echo $! > ${directory}/left; wait`), stop.signal)
  const refused = expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' })
  const left = await readProcessId('left')
  stop.abort()
  await refused
  if (!isGone(left)) process.kill(left)
})

test('an aborted signal starts nothing', async () => {
  await expect(runTool(sh(`touch ${directory}/started`), AbortSignal.abort())).rejects.toMatchObject({
    code: 'INTERRUPTED',
  })
  expect(existsSync(join(directory, 'started'))).toBe(false)
})

test('a program that does not end in time is stopped and its last words are kept', async () => {
  const call = {
    ...sh('echo "waiting for $WORD" >&2; sleep 60'),
    env: { WORD: 'canary' },
    timeoutSeconds: 0.3,
    secrets: ['canary'],
  }
  await expect(runTool(call, never)).rejects.toMatchObject({
    code: 'TOOL_TIMEOUT',
    outcome: 'unknown',
    why: ['waiting for [redacted]'],
  })
})

test('what a stopped program had for its environment is not offered to be typed again', async () => {
  const call = { ...sh('sleep 60'), env: { AWS_SECRET_ACCESS_KEY: 'canary' }, timeoutSeconds: 0.3 } as const
  const failure = await runTool({ ...call, inherit: 'nothing' }, never).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'TOOL_TIMEOUT', fix: [expect.stringContaining('sleep 60')] })
  expect(JSON.stringify(failure)).not.toContain('canary')
})

test('a program that ignores SIGTERM is killed after the grace', { timeout: 15_000 }, async () => {
  const stop = new AbortController()
  const running = runTool(sh(`trap '' TERM; echo $$ > ${directory}/deaf; while :; do sleep 1; done`), stop.signal)
  const refused = expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' })
  const deaf = await readProcessId('deaf')
  stop.abort()
  await refused
  expect(isGone(deaf)).toBe(true)
})

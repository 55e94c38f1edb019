import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followTool } from './run-tool.ts'

const never = new AbortController().signal
const sh = (script: string) => ({ program: 'sh', args: ['-c', script], timeoutSeconds: 20 })
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-follow-tool-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const follow = (script: string, signals: { interrupted?: AbortSignal; abandoned?: AbortSignal } = {}) => {
  const lines: string[] = []
  const ended = followTool(sh(script), {
    onLine: (line) => lines.push(line),
    interrupted: signals.interrupted ?? never,
    abandoned: signals.abandoned ?? never,
  })
  return { lines, ended }
}

const ready = (file = 'ready') => vi.waitFor(() => expect(existsSync(join(directory, file))).toBe(true), 5000)

test('each line is told while the program still runs, the last one also without its end', async () => {
  const { lines, ended } = follow(`echo one; while [ ! -e ${directory}/go ]; do sleep 0.02; done; printf two`)
  await vi.waitFor(() => expect(lines).toEqual(['one']))
  await followTool(sh(`touch ${directory}/go`), { onLine: () => undefined, interrupted: never, abandoned: never })
  expect(await ended).toMatchObject({ exitCode: 0, stdout: 'one\ntwo' })
  expect(lines).toEqual(['one', 'two'])
})

test('an interrupt while a program is being prepared starts nothing', async () => {
  const stop = new AbortController()
  const { ended } = follow(`touch ${directory}/started`, { interrupted: stop.signal })
  stop.abort()
  await expect(ended).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(existsSync(join(directory, 'started'))).toBe(false)
})

test('a program that is abandoned while it is being prepared is ended all the same', async () => {
  const stop = new AbortController()
  const { ended } = follow('sleep 15', { abandoned: stop.signal })
  stop.abort()
  expect((await ended).exitCode).not.toBe(0)
})

test('an interrupt is passed on once and the program ends in its own way', async () => {
  const stop = new AbortController()
  const { lines, ended } = follow(
    `trap 'echo asked; sleep 0.3; echo closed; exit 1' INT; touch ${directory}/ready; while :; do sleep 0.02; done`,
    { interrupted: stop.signal },
  )
  await ready()
  stop.abort()
  expect((await ended).exitCode).toBe(1)
  expect(lines).toEqual(['asked', 'closed'])
})

test('the second interrupt is passed on too, and who stays deaf is ended', async () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const count = `trap 'echo x >> ${directory}/asked' INT`
  const { ended } = follow(`${count}; touch ${directory}/ready; while :; do sleep 0.02; done`, {
    interrupted: first.signal,
    abandoned: second.signal,
  })
  await ready()
  first.abort()
  await ready('asked')
  second.abort()
  expect((await ended).exitCode).toBe(143)
  expect(readFileSync(join(directory, 'asked'), 'utf8')).toBe('x\nx\n')
})

test('after an interrupt nothing is started', async () => {
  const { ended } = follow(`touch ${directory}/started`, { interrupted: AbortSignal.abort() })
  await expect(ended).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(existsSync(join(directory, 'started'))).toBe(false)
})

test('a listener that throws asks the program to end, and its error comes out afterwards', async () => {
  const ended = followTool(sh(`trap 'touch ${directory}/closed; exit' INT; echo line; while :; do sleep 0.02; done`), {
    onLine: () => {
      throw new Error('the listener is broken')
    },
    interrupted: never,
    abandoned: never,
  })
  await expect(ended).rejects.toThrow('the listener is broken')
  expect(existsSync(join(directory, 'closed'))).toBe(true)
})

test('a program that does not end in time is asked like a person asks, and its last words are kept', async () => {
  const script = `trap 'touch ${directory}/closed; exit' INT; echo late >&2; while :; do sleep 0.02; done`
  const call = { ...sh(script), timeoutSeconds: 0.3 }
  const ended = followTool(call, { onLine: () => undefined, interrupted: never, abandoned: never })
  await expect(ended).rejects.toMatchObject({ code: 'TOOL_TIMEOUT', outcome: 'unknown', why: ['late'] })
  expect(existsSync(join(directory, 'closed'))).toBe(true)
})

test('a missing program is refused with what to install', async () => {
  const call = { program: 'terraforme', args: [], timeoutSeconds: 5 }
  const ended = followTool(call, { onLine: () => undefined, interrupted: never, abandoned: never })
  await expect(ended).rejects.toMatchObject({ code: 'TOOL_MISSING', outcome: 'refused' })
})

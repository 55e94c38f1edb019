import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedactor } from '../tools/redact.ts'
import { chooseUi, createReporter, type ReporterRequest } from './create-reporter.ts'
import { type EventBody, eventSchema } from './events.ts'
import { createFakeOutputClock } from './testing/fake-output-clock.ts'
import { createFakeStream } from './testing/fake-stream.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-events-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const steps = [
  { id: 'build', title: 'Bundle the services' },
  { id: 'gate', title: 'Watch until healthy' },
]

/** One of each kind. */
const everyEvent: readonly EventBody[] = [
  { type: 'flow.started', flow: 'deploy', environment: 'local', steps },
  { type: 'step.finished', step: 'build', outcome: 'skipped', milliseconds: 0, detail: 'the bundles are there' },
  { type: 'release.opened', release: 42, previous: 41 },
  { type: 'step.started', step: 'gate' },
  { type: 'step.progress', step: 'gate', message: 'waiting for orders' },
  { type: 'health.changed', service: 'orders', state: 'unhealthy', message: 'exited 1\nwith canary-secret' },
  { type: 'warning', message: 'the clock jumped', fix: ['shopctl doctor --env local'] },
  { type: 'step.finished', step: 'gate', outcome: 'failed', milliseconds: 1234 },
  { type: 'error', code: 'ROLLOUT_UNHEALTHY', what: 'orders did not become healthy.', why: ['canary-secret'], fix: [] },
  { type: 'release.promoted', release: 41, previous: null },
  { type: 'release.closed', release: 42, state: 'rolled-back' },
  { type: 'notice', message: 'the shop is at http://127.0.0.1:8080' },
  { type: 'flow.finished', flow: 'deploy', exitCode: 4, milliseconds: 65_000 },
]

const open = async (more: Partial<ReporterRequest> = {}) => {
  const stdout = createFakeStream()
  const stderr = createFakeStream()
  const clock = createFakeOutputClock()
  const redactor = createRedactor()
  redactor.register('canary-secret')
  const reporter = await createReporter({
    ui: 'auto',
    mode: 'human',
    eventsTarget: null,
    stdout,
    stderr,
    environment: {},
    redactor,
    clock,
    ...more,
  })
  return { reporter, stdout, stderr, clock }
}

const emitAll = async (more: Partial<ReporterRequest> = {}) => {
  const opened = await open(more)
  everyEvent.forEach(opened.reporter.emit)
  await opened.reporter.close()
  return opened
}

test('off a terminal each event but the final error is one line, and a command to paste stands alone', async () => {
  const { stdout, stderr } = await emitAll()
  expect(stdout.text()).toBe(`12:00:00Z deploy in local
12:00:00Z Bundle the services: skipped (the bundles are there)
12:00:00Z release 42 opened; users are on release 41
12:00:00Z Watch until healthy
12:00:00Z Watch until healthy: waiting for orders
12:00:00Z orders is unhealthy: exited 1 | with [redacted]
12:00:00Z warning: the clock jumped
  Fix: shopctl doctor --env local
12:00:00Z Watch until healthy: failed after 1.2 s
12:00:00Z users are on release 41 now
12:00:00Z release 42 rolled-back
12:00:00Z the shop is at http://127.0.0.1:8080
12:00:00Z deploy ended with exit code 4 after 1 min 5 s
`)
  expect(stderr.text()).toBe('')
})

test('with json nothing but the document goes to stdout: progress is on stderr', async () => {
  const { stdout, stderr } = await emitAll({ mode: 'json' })
  expect(stdout.text()).toBe('')
  expect(stderr.text()).toContain('12:00:00Z release 42 opened')
})

test.each(['human', 'json'] as const)('events on stderr are valid JSON lines and nothing else (%s)', async (mode) => {
  const { stderr } = await emitAll({ mode, eventsTarget: '-' })
  const events = stderr.text().trimEnd().split('\n')
  expect(events.map((line) => eventSchema.parse(JSON.parse(line)).type)).toEqual(everyEvent.map(({ type }) => type))
})

test('events in a file keep to the published schema, hold no secret and are there before the end', async () => {
  const eventsTarget = join(directory, 'events.jsonl')
  const { reporter } = await open({ eventsTarget })
  everyEvent.forEach(reporter.emit)
  const text = await readFile(eventsTarget, 'utf8')
  const events = text.trimEnd().split('\n')
  expect(events).toHaveLength(everyEvent.length)
  for (const [index, line] of events.entries()) {
    expect(eventSchema.parse(JSON.parse(line))).toMatchObject({ type: everyEvent[index]?.type })
  }
  expect(text).not.toContain('canary-secret')
  await reporter.close()
})

test('an events file that cannot be written is a refusal before anything begins', async () => {
  await expect(open({ eventsTarget: join(directory, 'missing', 'events.jsonl') })).rejects.toMatchObject({
    code: 'EVENTS_NOT_WRITABLE',
    exitCode: 3,
  })
})

test('a disk that is full while events are written is said once and ends nothing', async () => {
  const { reporter, stderr } = await open({ eventsTarget: '/dev/full' })
  everyEvent.forEach(reporter.emit)
  await reporter.close()
  expect(stderr.text().match(/no more events are written/g)).toHaveLength(1)
})

test('after 15 s of silence a line says what is awaited, and again after the next 15 s', async () => {
  const { reporter, stdout, clock } = await open()
  reporter.emit({ type: 'flow.started', flow: 'deploy', environment: 'local', steps })
  reporter.emit({ type: 'step.started', step: 'gate' })
  clock.advance(10_000)
  reporter.emit({ type: 'step.progress', step: 'gate', message: 'waiting for orders' })
  clock.advance(14_000)
  const before = stdout.text().split('\n').length
  clock.advance(16_000)
  const lines = stdout.text().trimEnd().split('\n')
  expect(lines.slice(before - 1)).toEqual(['12:00:27Z still at it after 27 s: Watch until healthy: waiting for orders'])
  clock.advance(15_000)
  expect(stdout.text()).toContain('12:00:42Z still at it after 42 s: Watch until healthy: waiting for orders')
  reporter.emit({ type: 'step.finished', step: 'gate', outcome: 'done', milliseconds: 55_000 })
  const end = stdout.text()
  clock.advance(60_000)
  expect(stdout.text()).toBe(end)
  await reporter.close()
})

test('progress that says the same again is not printed again', async () => {
  const { reporter, stdout } = await open()
  reporter.emit({ type: 'step.started', step: 'gate' })
  for (let turn = 0; turn < 5; turn += 1) reporter.emit({ type: 'step.progress', step: 'gate', message: 'waiting' })
  expect(stdout.text().match(/waiting/g)).toHaveLength(1)
  await reporter.close()
})

test('off a terminal there are no colour codes, whatever is wished for the list', async () => {
  const { stdout } = await emitAll({ ui: 'tty' })
  expect(stdout.text()).not.toContain('\u001B')
})

const terminal = { isTTY: true, columns: 80 }
test.each([
  ['a terminal', { ui: 'auto', stdout: terminal, environment: {} }, 'tty'],
  ['a pipe', { ui: 'auto', stdout: {}, environment: {} }, 'plain'],
  ['a terminal in CI', { ui: 'auto', stdout: terminal, environment: { CI: 'true' } }, 'plain'],
  ['a terminal with CI=false', { ui: 'auto', stdout: terminal, environment: { CI: 'false' } }, 'tty'],
  [
    'a terminal that Jenkins fakes',
    { ui: 'auto', stdout: terminal, environment: { JENKINS_URL: 'http://ci' } },
    'plain',
  ],
  ['a dumb terminal', { ui: 'auto', stdout: terminal, environment: { TERM: 'dumb' } }, 'plain'],
  ['a terminal without columns', { ui: 'tty', stdout: { isTTY: true, columns: 0 }, environment: {} }, 'plain'],
  ['--ui tty in CI', { ui: 'tty', stdout: terminal, environment: { CI: '1', TERM: 'dumb' } }, 'tty'],
  ['--ui tty in a pipe', { ui: 'tty', stdout: {}, environment: {} }, 'plain'],
  ['--ui plain on a terminal', { ui: 'plain', stdout: terminal, environment: {} }, 'plain'],
] as const)('%s gets the right look', (_, facts, look) => {
  expect(chooseUi(facts)).toBe(look)
})

import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalLockStore } from '../platforms/local/lock-store.ts'
import { freePort } from '../platforms/local/ports.ts'
import { acquireLock } from '../releases/lock.ts'
import { systemLockClock } from '../releases/system-lock-clock.ts'
import { documentOf, eventsOf } from './published-schemas.ts'
import type { CommandOptions, CommandResult } from './running-command.ts'
import { colours, escapeCode, linesLeft } from './screen.ts'
import { createShop, type Shop } from './shop.ts'

let shop: Shop
let first: CommandResult

const wordsOf = (text: string) => text.split(' ')

/** Off a terminal nothing may move a cursor or colour a word, whatever the command. */
const run = async (words: string, options?: CommandOptions): Promise<CommandResult> => {
  const result = await shop.run(wordsOf(words), options)
  expect(`${result.stdout}${result.stderr}`).not.toContain(escapeCode)
  return result
}

const readEvents = async (name: string) => eventsOf(await readFile(join(shop.root, name), 'utf8'))

/** Ends the service as soon as it is started, with words of its own. */
const breakService = (service: string) =>
  shop.edit(`services/${service}/main.ts`, (text) => `throw new Error('broken on purpose: ${service}')\n${text}`)

const changeCatalog = () =>
  shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
    text.replace("summary: 'Get the stock of a product'", "summary: 'Get the stock of one product'"),
  )

/** A desktop whose browser does nothing, so that `open` opens none. */
const desktop = async (): Promise<CommandOptions> => {
  const folder = join(shop.root, '..', 'desktop')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'xdg-open'), '#!/bin/sh\nexit 0\n')
  await chmod(join(folder, 'xdg-open'), 0o755)
  return { env: { PATH: `${folder}:${process.env.PATH}` } }
}

beforeAll(async () => {
  shop = await createShop()
  first = await run(`deploy --env local --port ${shop.port} --json --events first.jsonl`)
})
afterAll(() => shop.close())

test('a deploy with --json prints one document, and its progress as lines on stderr', () => {
  expect(documentOf(first)).toMatchObject({
    command: 'deploy',
    ok: true,
    result: { outcome: 'deployed', release: { number: 1, state: 'succeeded' }, directions: { entry: shop.url } },
  })
  expect(first.stderr).toMatch(/^\d\d:\d\d:\d\dZ release 1 succeeded$/m)
})

test('every event is as published, in the order of time, from the announcement to the exit code', async () => {
  const events = await readEvents('first.jsonl')
  expect(events[0]).toMatchObject({ type: 'flow.started', flow: 'deploy', environment: 'local' })
  expect(events.at(-1)).toMatchObject({ type: 'flow.finished', flow: 'deploy', exitCode: 0 })
  const times = events.map(({ time }) => Date.parse(time))
  expect(times).toEqual(times.toSorted((before, after) => before - after))

  const started = events.flatMap((event) => (event.type === 'step.started' ? [event.step] : []))
  const finished = events.filter((event) => event.type === 'step.finished')
  expect(finished.filter(({ outcome }) => outcome !== 'skipped').map(({ step }) => step)).toEqual(started)
  expect(started).toEqual(expect.arrayContaining(['build', 'lock', 'prepare', 'apply', 'gate', 'smoke', 'promote']))
  expect(events).toContainEqual(expect.objectContaining({ type: 'release.promoted', release: 1, previous: null }))
})

test.each([
  'status --env local',
  'history --env local',
  'history show 1 --env local',
  'logs --env local',
  'logs orders --env local --release 1 --tail 3',
  'diff --env local',
  'deploy --env local',
  'deploy --env local --dry-run',
  'lock --env local',
  'lock show --env local',
  'lock release --env local',
  'open --env local',
  'help exit-codes',
  'completion bash',
])('%s --json: one document on stdout', async (words) => {
  const result = await run(`${words} --json`, await desktop())
  const document = documentOf(result)
  expect(document).toMatchObject({ ok: true, exitCode: 0 })
  expect(words.startsWith(document.command)).toBe(true)
})

test.each([
  ['history show 99 --env local', 3, 'RELEASE_NOT_FOUND'],
  ['logs users --env local --previous', 3, 'NO_LOGS'],
  ['rollback --env local --yes', 3, 'NO_ROLLBACK_TARGET'],
  ['rollback --env local --to 99 --yes', 3, 'RELEASE_NOT_FOUND'],
  ['down --env local --delete-data', 3, 'NOT_CONFIRMED'],
  ['deploy --env local --events no-such-folder/x.jsonl', 3, 'EVENTS_NOT_WRITABLE'],
  ['history show abc --env local', 64, 'WRONG_USAGE'],
  ['history show --env local', 64, 'WRONG_USAGE'],
  ['logs nobody --env local', 64, 'UNKNOWN_SERVICE'],
  ['status', 64, 'FLAG_MISSING'],
  ['status --env nowhere', 64, 'UNKNOWN_ENVIRONMENT'],
  ['status --env local --colour', 64, 'UNKNOWN_FLAG'],
  ['status --env local extra', 64, 'WRONG_USAGE'],
  ['deploy --env local --ui pretty', 64, 'WRONG_USAGE'],
  ['deploy --env local --port 99999', 64, 'WRONG_USAGE'],
  ['no-such-command', 64, 'UNKNOWN_COMMAND'],
  ['--env local status', 64, 'FLAG_BEFORE_COMMAND'],
])('%s --json: exit %i and the failure as a document', async (words, code, error) => {
  const document = documentOf(await run(`${words} --json`))
  expect(document).toMatchObject({ ok: false, exitCode: code, error: { code: error } })
  expect(document.command).not.toContain('--')
})

test('doctor --json: what this machine has and lacks as a document', async () => {
  const document = documentOf(await run(`doctor --port ${await freePort()} --json`))
  expect(document).toMatchObject({ command: 'doctor', ok: true, result: { findings: expect.any(Array) } })
  expect([0, 3]).toContain(document.exitCode)
})

test('--events - gives stderr to the events and leaves stdout to the answer', async () => {
  const both = await run('deploy --env local --json --events -')
  expect(documentOf(both)).toMatchObject({ result: { outcome: 'unchanged' } })
  expect(eventsOf(both.stderr).at(-1)).toMatchObject({ type: 'flow.finished', exitCode: 0 })
  const refused = await run('rollback --env local --yes --json --events -')
  expect(eventsOf(refused.stderr).slice(-2)).toMatchObject([
    { type: 'error', code: 'NO_ROLLBACK_TARGET' },
    { type: 'flow.finished', exitCode: 3 },
  ])
  const lines = await run('deploy --env local --events -')
  expect(eventsOf(lines.stderr).length).toBeGreaterThan(5)
  expect(lines.stdout).toContain('Nothing changed')
})

test('a failed deploy is one document with the failure, and the events tell the way back', async () => {
  const mend = await breakService('users')
  const failed = await run('deploy --env local --json --events failed.jsonl', {
    env: { SHOPCTL_REPORTS: 'reports/ci' },
  })
  await mend()
  expect(documentOf(failed)).toMatchObject({
    command: 'deploy',
    ok: false,
    exitCode: 4,
    error: { code: 'ROLLOUT_UNHEALTHY', what: expect.stringContaining('users stay on release 1') },
  })
  const events = await readEvents('failed.jsonl')
  expect(events).toContainEqual(expect.objectContaining({ type: 'step.finished', step: 'return', outcome: 'done' }))
  expect(events.slice(-3)).toMatchObject([
    { type: 'release.closed', release: 2, state: 'rolled-back' },
    { type: 'error', code: 'ROLLOUT_UNHEALTHY' },
    { type: 'flow.finished', exitCode: 4 },
  ])
})

test('what commands left in SHOPCTL_REPORTS is told on one page; that it cannot be left ends no command', async () => {
  const told = await run('evidence --reports reports/ci --json')
  expect(documentOf(told)).toMatchObject({
    result: {
      outcome: 'failed',
      evidence: {
        rollouts: [{ environment: 'local', release: 2, state: 'rolled-back' }],
        failure: { code: 'ROLLOUT_UNHEALTHY' },
      },
    },
  })
  const page = await readFile(join(shop.root, 'reports/ci/index.html'), 'utf8')
  expect(page).toContain('users stay on release 1')
  expect(page).toContain('broken on purpose: users')

  const status = await run('status --env local', { env: { SHOPCTL_REPORTS: 'package.json' } })
  expect(status).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^warning: There is no report in package\.json: /m),
  })
})

test('on a terminal of 60 columns the failure is the last thing, and its commands work when pasted', async () => {
  const mend = await breakService('orders')
  const { code, stdout } = await shop.run(['deploy', '--env', 'local'], { tty: { columns: 60 } })
  await mend()
  expect(code).toBe(4)
  expect(stdout).toMatch(colours)

  const lines = linesLeft(stdout)
  const failure = lines.slice(lines.findIndex((line) => line.startsWith('ROLLOUT_UNHEALTHY:')))
  const fixes = failure.filter((line) => line.startsWith('  Fix: ')).map((line) => line.slice('  Fix: '.length))
  expect(failure.slice(-fixes.length)).toEqual(fixes.map((fix) => `  Fix: ${fix}`))
  expect(failure.join(' ').replace(/\s+/g, ' ')).toContain('orders said: Error: broken on purpose: orders')
  expect(fixes).toHaveLength(2)
  for (const fix of fixes) {
    expect(fix.length).toBeGreaterThan(60)
    const pasted = await shop.paste(fix)
    expect(pasted).toMatchObject({ code: 0, stdout: expect.stringContaining('broken on purpose: orders') })
  }
})

test('on a terminal of 60 columns a release ends with lines that work when pasted; NO_COLOR leaves no colour', async () => {
  await changeCatalog()
  const options = { tty: { columns: 60 }, env: { NO_COLOR: '1' } }
  const { code, stdout } = await shop.run(['deploy', '--env', 'local', '--reason', 'a wide one'], options)
  expect(code, stdout).toBe(0)
  expect(stdout).not.toMatch(colours)

  const lines = linesLeft(stdout)
  const curls = lines.slice(lines.indexOf('Try') + 1)
  expect(curls).toHaveLength(2)
  expect(Math.max(...curls.map(({ length }) => length))).toBeGreaterThan(60)
  for (const line of curls) {
    expect(await shop.paste(line)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\{.*\}$/) })
  }
})

test('a terminal that is told to be plain gets no code at all', async () => {
  const options = { tty: { columns: 60 }, env: { NO_COLOR: '1' } }
  const { stdout } = await shop.run(['deploy', '--env', 'local', '--ui', 'plain'], options)
  expect(stdout).toContain('Nothing changed')
  expect(stdout).not.toContain(escapeCode)
})

test('a rollback with --json shows both sides on stderr and answers with one document', async () => {
  const back = await run('rollback --env local --yes --json --events back.jsonl')
  expect(documentOf(back)).toMatchObject({ command: 'rollback', result: { outcome: 'rolled-back' } })
  expect(back.stderr).toContain('BACK TO')
  expect((await readEvents('back.jsonl')).at(-1)).toMatchObject({ flow: 'rollback', exitCode: 0 })
})

test('a lock that is held: refused with a document; a wait says every 15 s what it waits for, and can be ended', async () => {
  const request = {
    ...{ environment: 'local', holder: 'Ada', reason: 'an e2e test', command: 'deploy --env local' },
    ...{ timeToLiveSeconds: 30, waitSeconds: 0, signal: AbortSignal.timeout(60_000), onWait: () => undefined },
  }
  const { lock } = await acquireLock(createLocalLockStore(shop.statePath('lock')), request, systemLockClock())
  try {
    const waiting = shop.start(wordsOf('down --env local --wait 50 --json'))
    expect(documentOf(await run('lock show --env local --json'))).toMatchObject({ result: { state: 'held' } })
    expect(documentOf(await run('down --env local --json'))).toMatchObject({ error: { code: 'LOCK_HELD' } })
    await waiting.waitFor(/^\d\d:\d\d:\d\dZ still at it after 1\d s: Take the lock: .*Ada/m, 25)
    waiting.kill('SIGINT')
    const ended = await waiting.result()
    expect(documentOf(ended)).toMatchObject({ command: 'down', exitCode: 130, error: { code: 'INTERRUPTED' } })
  } finally {
    await lock.release()
  }
})

test('a shop that is down is told in a document too', async () => {
  expect(documentOf(await run('down --env local --json'))).toMatchObject({ command: 'down', exitCode: 0 })
  expect(documentOf(await run('status --env local --json'))).toMatchObject({ exitCode: 5, result: { state: 'down' } })
  expect(documentOf(await run('open --env local --json'))).toMatchObject({ exitCode: 3, error: { code: 'NOT_UP' } })
})

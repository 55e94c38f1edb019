import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { qualityGateView } from '../output/views/quality-view.ts'
import { reportTaskFile } from '../quality/sonar-settings.ts'
import {
  type FakeSonar,
  gateFailed,
  gatePassed,
  type Reply,
  startFakeSonar,
  taskFailed,
  taskPending,
  taskSucceeded,
} from '../quality/testing/fake-sonar-server.ts'
import { type QualityGateRequest, qualityGate } from './quality-gate.ts'
import { failureOf } from './testing/failure-of.ts'

const token = 'squ_canary0123456789'
let root = ''
let sonar: FakeSonar | null = null

const reportTask = `projectKey=shop
serverUrl=https://sonar.example
serverVersion=2025.1.0.102418
dashboardUrl=https://sonar.example/dashboard?id=shop
ceTaskId=AYhSC2-LY0CHkWJxvNA9
ceTaskUrl=https://sonar.example/api/ce/task?id=AYhSC2-LY0CHkWJxvNA9
`

const keep = (text: string) => {
  const file = join(root, reportTaskFile)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const ask = async (
  replies: { readonly task?: readonly Reply[]; readonly gate?: readonly Reply[] },
  changes: Partial<QualityGateRequest> = {},
) => {
  sonar = await startFakeSonar(token, {
    task: replies.task ?? [{ body: taskSucceeded }],
    gate: replies.gate ?? [{ body: gatePassed }],
  })
  return qualityGate({
    repository: root,
    variables: { SONAR_HOST_URL: sonar.url, SONAR_TOKEN: token },
    waitSeconds: 20,
    everyMilliseconds: 5,
    reporter: { emit: () => undefined },
    keepSecret: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  })
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shopctl quality '))
  keep(reportTask)
})
afterEach(async () => {
  await sonar?.close()
  sonar = null
  rmSync(root, { recursive: true })
})

test('a gate is asked for the very analysis that the scanner sent, once the server has taken it in', async () => {
  const inProgress = { body: { task: { ...taskPending.task, status: 'IN_PROGRESS' } } }
  const result = await ask({ task: [{ body: taskPending }, inProgress, { body: taskSucceeded }] })
  expect(result).toMatchObject({ verdict: 'passed', projectKey: 'shop' })
  const task = '/api/ce/task?id=AYhSC2-LY0CHkWJxvNA9'
  const gate = '/api/qualitygates/project_status?analysisId=AYhSC3WDE6ILQDIMAPIp'
  expect(sonar?.asked()).toEqual([task, task, task, gate])
})

test('a red gate names each failed condition with its figure and its threshold, before those that are met', async () => {
  const text = qualityGateView(await ask({ gate: [{ body: gateFailed }] }), null)
  const lines = text.split('\n').map((line) => line.replaceAll(/ +/g, ' '))
  expect(lines.slice(1, 4)).toEqual([
    'FAILED new_coverage 62.5056 at least 80',
    'FAILED new_blocker_violations 14 at most 0',
    'ok new_sqale_debt_ratio 0.65 at most 5',
  ])
  expect(lines.at(-1)).toBe('The quality gate failed on 2 conditions: https://sonar.example/dashboard?id=shop')
})

test.each<[string, Reply]>([
  ['503 while the server starts', { status: 503, body: '<html>SonarQube is under maintenance</html>' }],
  ['429', { status: 429 }],
  ['a connection that is cut', 'cut'],
])('%s is waited out', async (_title, unwell) => {
  const result = await ask({ task: [unwell, unwell, { body: taskSucceeded }], gate: [unwell, { body: gatePassed }] })
  expect(result.verdict).toBe('passed')
})

test.each<[string, readonly Reply[], string]>([
  ['an analysis that stays pending', [{ body: taskPending }], 'The analysis is PENDING.'],
  ['a server that stays unwell', [{ status: 503 }], 'answered 503.'],
  ['a server that is gone', ['cut'], 'GET http'],
])('%s is no verdict: exit 6 at the deadline, with the last that was heard', async (_title, task, why) => {
  const failure = await failureOf(ask({ task }, { waitSeconds: 0.05 }))
  expect(failure).toMatchObject({ code: 'QUALITY_GATE_UNKNOWN', exitCode: 6 })
  expect(failure.why.join()).toContain(why)
  expect(failure.fix.join()).toContain('quality gate --wait')
})

test('a token that is not taken is refused at once, and not shown', async () => {
  const failure = await failureOf(ask({}, { variables: { SONAR_HOST_URL: 'x', SONAR_TOKEN: token } }))
  expect(failure.code).toBe('SONAR_NOT_CONFIGURED')
  await sonar?.close()
  const refused = await failureOf(ask({ task: [{ status: 401 }] }))
  expect(refused).toMatchObject({ code: 'SONAR_NOT_ALLOWED', exitCode: 3 })
  expect(sonar?.asked()).toHaveLength(1)
  expect(JSON.stringify([refused.message, refused.why, refused.fix])).not.toContain(token)
})

test.each<[string, Reply, string]>([
  ['a login page', { body: '<html>Sign in</html>' }, 'begins "<html>Sign in</html>"'],
  ['JSON of another kind', { body: { task: { status: 'DONE' } } }, 'task.status'],
  ['a redirect, which would carry the token elsewhere', { status: 302, location: 'https://x.example/' }, 'x.example'],
  ['a server that does not know the analysis', { status: 404, body: '{"errors":[]}' }, 'answered 404'],
])('%s is no verdict: exit 6 at once, with what came', async (_title, reply, why) => {
  const failure = await failureOf(ask({ task: [reply] }))
  expect(failure).toMatchObject({ code: 'SONAR_ANSWER', exitCode: 6 })
  expect(failure.why.join()).toContain(why)
  expect(sonar?.asked()).toHaveLength(1)
})

test('an analysis that the server could not take in, and a project without a gate, are no yes', async () => {
  const failure = await failureOf(ask({ task: [{ body: taskFailed }] }))
  expect(failure).toMatchObject({ code: 'ANALYSIS_FAILED', exitCode: 6 })
  expect(failure.why[0]).toBe('Fail to extract report AYhSC2 from database')
  await sonar?.close()
  const without = await failureOf(ask({ gate: [{ body: { projectStatus: { status: 'NONE' } } }] }))
  expect(without).toMatchObject({ code: 'NO_QUALITY_GATE', exitCode: 6 })
})

test('without an analysis nothing is asked', async () => {
  keep('nothing\n')
  expect(await failureOf(ask({}))).toMatchObject({ code: 'NO_ANALYSIS', exitCode: 3 })
  expect(sonar?.asked()).toEqual([])
})

test('an interrupt ends the wait', async () => {
  const button = new AbortController()
  const waiting = ask({ task: [{ body: taskPending }] }, { signal: button.signal, everyMilliseconds: 60_000 })
  await expect.poll(() => sonar?.asked().length).toBe(1)
  button.abort(new Error('SIGTERM'))
  expect(await failureOf(waiting)).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRunReport } from '../output/run-report.ts'
import { collectEvidence } from './evidence.ts'
import { notify } from './notify.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evidence-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const git = (...args: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Kim', '-c', 'user.email=kim@shop.example', ...args])

function commitsOf(...subjects: string[]): void {
  for (const subject of subjects) git('commit', '-q', '--allow-empty', '-m', subject)
}

const startedAt = new Date('2026-03-04T10:00:00.000Z')

/** As a command leaves it. */
function leaveReport(reports: string, exitCode = 0): void {
  const report = createRunReport({ directory: reports, typed: 'compile', redact: (text) => text, startedAt })
  report.take({ type: 'notice', message: 'Compiling.' }, startedAt)
  report.take({ type: 'step.progress', step: 'bundle', message: 'orders' }, startedAt)
  const document = { schema: 'shopctl.result/1', command: 'compile', ok: true, exitCode, result: {} } as const
  expect(report.finish(document, new Date(startedAt.getTime() + 900))).toBeNull()
}

const request = () => ({
  reports: join(folder, 'reports'),
  output: join(folder, 'page'),
  outcome: null,
  since: null,
  repository: folder,
  variables: {},
  who: 'kim',
  signal: AbortSignal.any([]),
  redact: (text: string) => text.replaceAll('canary', '***'),
})

test('what a command has left is read again, and told with the commits since the last tag', async () => {
  git('init', '-q')
  commitsOf('Begin')
  git('tag', 'v1.0.0')
  commitsOf('Sell gloves', 'Sell a canary')
  leaveReport(request().reports)
  const { outcome, files, evidence } = await collectEvidence(request())
  expect(outcome).toBe('passed')
  expect(evidence.commands).toMatchObject([{ typed: 'compile', milliseconds: 900 }])
  expect(evidence.changes).toMatchObject({
    since: 'v1.0.0',
    commits: [{ subject: 'Sell a canary' }, { subject: 'Sell gloves' }],
  })
  for (const file of Object.values(files)) expect(readFileSync(file, 'utf8')).not.toContain('canary')
  expect(readFileSync(files.page, 'utf8')).toContain('Sell gloves (Kim)')
})

test('outside of git, and with files that are none of ours, the rest is told', async () => {
  leaveReport(request().reports, 5)
  writeFileSync(join(request().reports, 'half.json'), '{"schema":')
  writeFileSync(join(request().reports, 'other.json'), '{"schema":"shopctl.report/2"}')
  const { outcome, evidence } = await collectEvidence(request())
  expect(outcome).toBe('failed')
  expect(evidence).toMatchObject({ commit: null, changes: null })
})

test('an empty folder is refused, and nothing is written', async () => {
  await expect(collectEvidence(request())).rejects.toMatchObject({ code: 'NO_REPORTS', exitCode: 3 })
})

test('a build that left nothing is told where somebody says how it ended', async () => {
  const { sentence, evidence } = await collectEvidence({ ...request(), outcome: 'aborted' })
  expect(sentence).toBe('It was stopped before its end.')
  expect(evidence.commands).toEqual([])
})

test.each([undefined, '', 'http://hooks.example/x', 'no address'])(
  'notify without an https address (%s) is refused',
  async (url) => {
    await expect(notify({ reports: folder, url, signal: AbortSignal.any([]) })).rejects.toMatchObject({
      code: 'SLACK_NOT_SET',
      exitCode: 3,
    })
  },
)

test('notify before evidence says what to type first', async () => {
  const sent = notify({ reports: folder, url: 'https://hooks.example/x', signal: AbortSignal.any([]) })
  await expect(sent).rejects.toMatchObject({
    code: 'NO_MESSAGE',
    fix: expect.arrayContaining([expect.stringMatching(/evidence$/)]),
  })
})

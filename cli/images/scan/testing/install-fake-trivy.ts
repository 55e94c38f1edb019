import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { z } from 'zod'
import { callSchema, type Plan } from './fake-trivy.ts'

export const recordedReport = (name: string): string => join(import.meta.dirname, 'reports', `${name}.json`)

const usual: Plan = {
  version: '0.70.0',
  scan: 'report',
  download: 'works',
  databaseUpdatedAt: '2026-08-01T06:00:00.123456789Z',
  reports: {
    image: recordedReport('image'),
    fs: recordedReport('dependencies'),
    secrets: recordedReport('secrets'),
    config: recordedReport('dockerfile'),
  },
}

export type FakeTrivy = {
  /** A PATH on which `trivy` is the stand-in. */
  readonly path: string
  readonly calls: () => readonly z.infer<typeof callSchema>[]
  readonly plan: (changes: Partial<Plan>) => void
}

/** Puts a program called trivy into a new folder. */
export const installFakeTrivy = (directory: string, changes: Partial<Plan> = {}): FakeTrivy => {
  mkdirSync(directory, { recursive: true })
  const source = pathToFileURL(join(import.meta.dirname, 'fake-trivy.ts')).href
  const program = join(directory, 'trivy')
  writeFileSync(program, `#!${process.execPath}\nimport('${source}').then(({ fakeTrivy }) => fakeTrivy(__dirname))\n`)
  chmodSync(program, 0o755)
  const plan = (wanted: Partial<Plan>) =>
    writeFileSync(join(directory, 'plan.json'), JSON.stringify({ ...usual, ...wanted }))
  plan(changes)
  const log = join(directory, 'calls.jsonl')
  const calls = () =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => callSchema.parse(JSON.parse(line)))
      : []
  return { path: `${directory}:/usr/bin:/bin`, calls, plan }
}

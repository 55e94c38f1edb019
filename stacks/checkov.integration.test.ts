import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { stackName } from './stack-reference.ts'
import { type Finding, judgeFindings } from './testing/covering-waivers.ts'
import { isOnPath } from './testing/is-on-path.ts'
import { stackReferences } from './testing/synthesised.ts'
import { stackWaivers } from './waivers.ts'

const failedCheck = z.object({ check_id: z.string(), resource: z.string(), file_path: z.string() })
const reportSchema = z.object({
  results: z.object({ failed_checks: z.array(failedCheck) }),
  summary: z.object({ passed: z.number(), parsing_errors: z.number() }),
})
type Report = z.infer<typeof reportSchema>

/** Exit 1 means that there are findings; every other failure brings no JSON and so fails here. */
const scan = (folder: string): Promise<Report> => {
  // Without --skip-download it asks its maker for more rules.
  const words = [
    '--skip-download',
    '--directory',
    folder,
    '--framework',
    'terraform_json',
    '--output',
    'json',
    '--quiet',
  ]
  const { promise, resolve, reject } = Promise.withResolvers<Report>()
  execFile('checkov', words, { maxBuffer: 64 * 1024 * 1024 }, (_, stdout, stderr) => {
    try {
      resolve(reportSchema.parse(JSON.parse(stdout)))
    } catch (error) {
      reject(new Error(`checkov gave no report: ${stderr.slice(-1000)}`, { cause: error }))
    }
  })
  return promise
}

const title = isOnPath('checkov') ? 'Checkov over every stack' : 'Checkov over every stack (skipped: no checkov)'

describe.skipIf(!isOnPath('checkov'))(title, () => {
  let folder = ''
  let report: Report
  let known: readonly Finding[] = []

  /** Rules that look at one resource alone name it without its type. */
  const addressOf = async (stack: string, resource: string): Promise<string> => {
    if (!resource.startsWith('resource.')) return resource
    const name = resource.slice('resource.'.length)
    const list = await readFile(join(import.meta.dirname, 'golden', `${stack}.addresses.txt`), 'utf8')
    return list.split('\n').find((address) => address.endsWith(`.${name}`)) ?? resource
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkov-'))
    for (const stack of [...stackReferences.map(stackName), 'planted']) {
      await mkdir(join(folder, stack))
      const golden = stack === 'planted' ? 'shop-dev' : stack
      const file = join(folder, stack, 'cdk.tf.json')
      await cp(join(import.meta.dirname, 'golden', `${golden}.tf.json`), file)
      if (stack !== 'planted') continue
      const json = JSON.parse(await readFile(file, 'utf8'))
      json.resource.aws_db_instance.database_instance.publicly_accessible = true
      await writeFile(file, JSON.stringify(json, null, 2))
    }
    report = await scan(folder)
    known = await Promise.all(
      report.results.failed_checks.map(async ({ check_id: rule, resource, file_path }) => {
        const stack = file_path.split('/').at(-2) ?? ''
        return { rule, stack, address: await addressOf(stack === 'planted' ? 'shop-dev' : stack, resource) }
      }),
    )
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true }))

  test('F4: nothing is found outside the waivers, and every waiver covers something', () => {
    const today = new Date().toISOString().slice(0, 10)
    const found = known.filter(({ stack }) => stack !== 'planted')
    expect(report.summary.parsing_errors).toBe(0)
    expect(report.summary.passed).toBeGreaterThan(1000)
    expect(judgeFindings(found, stackWaivers, { today })).toEqual({ open: [], expired: [], unused: [] })
  })

  test('F4: a database that was planted with a public address is found', () => {
    const database = { rule: 'CKV_AWS_17', stack: 'planted', address: 'aws_db_instance.database_instance' }
    expect(known).toContainEqual(database)
  })
})

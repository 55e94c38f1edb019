import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { canariesIn, plantCanary } from '../canary.ts'
import { type ProcessWatch, watchProcesses } from '../process-watch.ts'
import type { CommandResult } from '../running-command.ts'
import { failureIn } from '../shown-failure.ts'
import { walkFiles } from '../walk-files.ts'
import { createInfraShop, type InfraShop } from './infra-shop.ts'
import { awsVariables, newAccount, noEmulator, onEmulator } from './test-account.ts'

let shop: InfraShop
let processes: ProcessWatch
const canary = plantCanary('a sensitive output and a sensitive value in the state')
const said: string[] = []

beforeAll(async () => {
  if (noEmulator !== null) return
  shop = await createInfraShop()
  processes = watchProcesses(25)
})
afterAll(async () => {
  processes?.stop()
  await shop?.close()
})

const run: InfraShop['run'] = async (words, options) => {
  const result = await shop.run(words, options)
  said.push(result.stdout, result.stderr)
  return result
}

const shown = (result: CommandResult) => ({ code: result.code, ...failureIn(result) })
const registry = ['--env', 'dev', '--stack', 'registry'] as const

/** The quickest of a few tries: a machine that does other things as well proves nothing by being slow. */
const quickest = async (attempt: () => Promise<CommandResult>): Promise<CommandResult> => {
  const results: CommandResult[] = []
  for (let turn = 0; turn < 3; turn += 1) results.push(await attempt())
  return results.reduce((best, one) => (one.milliseconds < best.milliseconds ? one : best))
}

/** PATH without the folders that hold a program. */
const pathWithout = (program: string): string =>
  (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !existsSync(join(folder, program)))
    .join(':')

const stateLock = (id: string, minutes: number) =>
  JSON.stringify({
    ID: id,
    Operation: 'OperationTypeApply',
    Info: '',
    Who: 'bob@agent-7',
    Version: '1.11.4',
    Created: new Date(Date.now() - minutes * 60_000).toISOString(),
    Path: '',
  })

describe.skipIf(noEmulator !== null)(onEmulator('what infra refuses before it changes anything'), () => {
  test('wrong usage is told as everywhere, and an environment without an installation says what to use', async () => {
    expect(await run(['infra', 'plan'])).toMatchObject({ code: 64 })
    expect(await run(['infra', 'plan', '--env', 'dev', '--stack', 'everything'])).toMatchObject({ code: 64 })
    expect(await run(['cost', '--env', 'dev', '--budget', 'little'])).toMatchObject({ code: 64 })
    const local = shown(await run(['infra', 'plan', '--env', 'local']))
    expect(local.code).toBe(3)
    expect(local.what).toContain('NO_INSTALLATION: local stands on nothing in AWS')
    expect(local.fix[0]).toMatch(/infra status --env dev$/)
  })

  test('F17: without Terraform it says within a second what to install; an old one is told with its version', async () => {
    // The first start bundles the command line.
    await run(['infra', 'status', '--env', 'local'])
    const words = ['infra', 'plan', '--env', 'dev']
    const missing = await quickest(() => run(words, { env: { PATH: pathWithout('terraform') } }))
    expect(shown(missing)).toMatchObject({ code: 3, what: expect.stringContaining('TOOL_MISSING') })
    expect(failureIn(missing).fix.join(' ')).toContain('terraform')
    // A second on a machine of its own; what this tells apart is whether anything was waited for.
    expect(missing.milliseconds).toBeLessThan(5_000)

    const folder = join(shop.root, '..', 'old tools')
    await mkdir(folder)
    await writeFile(join(folder, 'terraform'), '#!/bin/sh\necho \'{"terraform_version":"1.5.7"}\'\n')
    await chmod(join(folder, 'terraform'), 0o755)
    const old = shown(await run(['infra', 'plan', '--env', 'dev'], { env: { PATH: `${folder}:${process.env.PATH}` } }))
    expect(old).toMatchObject({ code: 3, why: ['found: 1.5.7'] })
  })

  test('F14: no credentials are told in seconds, with the ways to get some', async () => {
    const nobody = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      // Where no machine of AWS answers; from another network nothing at all may come back.
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9',
    }
    const result = await run(['infra', 'plan', '--env', 'dev'], { env: nobody })
    expect(shown(result)).toMatchObject({ code: 3, what: expect.stringContaining('AWS_NOT_LOGGED_IN') })
    expect(failureIn(result).fix.join('\n')).toMatch(/AWS_PROFILE[\s\S]*aws sso login[\s\S]*AWS_ACCESS_KEY_ID/)
    expect(result.milliseconds).toBeLessThan(5000)
  })

  test('F16: credentials of another account are refused with both numbers', async () => {
    const other = newAccount()
    const result = shown(await run(['infra', 'up', '--env', 'dev', '--yes'], { env: awsVariables(other) }))
    expect(result).toMatchObject({ code: 3, what: expect.stringContaining('AWS_OTHER_ACCOUNT') })
    expect(result.text).toContain(other)
    expect(result.text).toContain(shop.account)
  })

  test('F16: a region that is none is wrong usage, before Terraform is started', async () => {
    const undo = await shop.edit('stacks/installations.ts', (text) => text.replaceAll("'us-east-1'", "'us-esat-1'"))
    const result = shown(await run(['infra', 'plan', '--env', 'dev']))
    await undo()
    expect(result).toMatchObject({ code: 64, why: ['the nearest name is us-east-1'] })
  })

  test('F18: without the bucket a plan says which command makes it, and status that nothing was ever built', async () => {
    const plan = shown(await run(['infra', 'plan', ...registry]))
    expect(plan).toMatchObject({ code: 3, what: expect.stringContaining('STATE_BUCKET_MISSING') })
    expect(plan.fix[0]).toMatch(/infra bootstrap --env dev$/)
    const status = await run(['infra', 'status', '--env', 'dev'])
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was ever built') })
  })

  test('F25: prod is protected, and down says so', async () => {
    const result = shown(await run(['infra', 'down', '--env', 'staging', '--yes']))
    expect(result).toMatchObject({
      code: 3,
      what: expect.stringMatching(/^PROTECTED: shop-prod \(staging stands on prod\)/),
    })
  })

  test('F27: nobody answers: unknown, and not that there is nothing', async () => {
    const result = await run(['infra', 'status', '--env', 'dev'], { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } })
    expect(shown(result)).toMatchObject({ code: 6, what: expect.stringContaining('AWS_UNREACHABLE') })
    expect(result.milliseconds).toBeLessThan(20_000)
  })
})

const planSchema = z.looseObject({
  file: z.string(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  installation: z.literal('dev'),
  counts: z.object({ create: z.literal(9) }),
})

describe.skipIf(noEmulator !== null)(onEmulator('one stack and those who change it'), () => {
  /** Something that takes 12 s, and a secret in the state and in an output. */
  beforeAll(async () => {
    if (noEmulator !== null) return
    await shop.makeBucket()
    await shop.edit('stacks/registry-stack.ts', (text) =>
      text
        .replace(
          "this.output('registry_key_arn', key.arn)",
          `this.output('registry_key_arn', key.arn)
    new TerraformOutput(this, 'canary', { value: ${JSON.stringify(canary.secret)}, sensitive: true })
    new SsmParameter(this, 'planted', { name: '/canary', type: 'SecureString', value: ${JSON.stringify(canary.secret)} })`,
        )
        .replace(
          'import type { Construct }',
          `import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter/index.js'
import { TerraformOutput } from 'cdktf'
import type { Construct }`,
        ),
    )
  })

  let saved: z.infer<typeof planSchema>

  test('F9: a lock that a dead run left is told with its holder, and only the right id takes it away', async () => {
    const id = '5f2a9c1e-0000-4000-8000-000000000001'
    await shop.put('registry.tfstate.tflock', stateLock(id, 45))
    const refused = shown(await run(['infra', 'up', ...registry, '--yes']))
    expect(refused).toMatchObject({ code: 3, what: expect.stringContaining('STATE_LOCKED') })
    expect(refused.text).toContain('bob@agent-7')
    expect(refused.fix.join('\n')).toContain(`infra unlock`)
    // Who only looks needs no lock.
    saved = await shop.ask(['infra', 'plan', ...registry], { code: 2, schema: planSchema })
    said.push(JSON.stringify(saved))
    const status = await run(['infra', 'status', '--env', 'dev'])
    expect(status.stdout).toContain('bob@agent-7')

    const wrong = await run(['infra', 'unlock', ...registry, '--id', `${id.slice(0, -1)}9`, '--yes'])
    expect(shown(wrong)).toMatchObject({ code: 3, what: expect.stringContaining('UNLOCK_REFUSED') })
    expect(await run(['infra', 'unlock', ...registry, '--id', id, '--yes'])).toMatchObject({ code: 0 })
    expect(await shop.get('registry.tfstate.tflock')).toBeNull()
  })

  test('F10: an interrupted apply says what is done, not ended and not begun, and leaves no lock', async () => {
    const result = await run(['infra', 'up', ...registry, '--yes'], {
      signalAfter: { signal: 'SIGINT', output: /Apply that very plan: .*aws_ssm_parameter/ },
    })
    expect(shown(result)).toMatchObject({ code: 130, what: expect.stringContaining('INTERRUPTED') })
    expect(failureIn(result).why.join('\n')).toMatch(
      /not ended[^\n]*aws_kms_key[\s\S]*not begun: [^\n]*aws_ecr_repository/,
    )
    expect(await shop.get('registry.tfstate.tflock')).toBeNull()
    const [record] = await shop.records('registry')
    expect(record).toMatchObject({ outcome: 'interrupted', who: 'ada@e2e' })
  })

  test('F8, F6: of two at once one goes on where the interrupted one ended, the other is refused and names it', async () => {
    const first = shop.start(['infra', 'up', ...registry, '--yes'])
    await first.waitFor('Apply that very plan')
    const second = await run(['infra', 'up', ...registry, '--yes'])
    expect(shown(second)).toMatchObject({ code: 3, what: expect.stringContaining('LOCK_HELD') })
    expect(failureIn(second).why.join(' ')).toContain('ada@e2e')
    expect(failureIn(second).why.join(' ')).toContain('up of registry')
    expect(second.milliseconds).toBeLessThan(5000)
    const result = await first.result()
    said.push(result.stdout, result.stderr)
    expect(result).toMatchObject({ code: 0 })
    expect(await shop.records('registry')).toMatchObject([{ outcome: 'done', done: expect.any(Number) }, {}])
  })

  test('F7: a plan from before is stale: nothing is changed, and nothing planned anew', async () => {
    const before = await shop.get('registry.tfstate')
    const result = shown(await run(['infra', 'up', ...registry, '--plan', saved.file, '--yes']))
    expect(result).toMatchObject({ code: 3, what: expect.stringContaining('PLAN_STALE') })
    expect(await shop.get('registry.tfstate')).toBe(before)
  })

  test('F26: outputs for others, the sensitive ones only where asked for', async () => {
    const masked = await run(['infra', 'output', ...registry, '--json'])
    expect(masked).toMatchObject({ code: 0, stdout: expect.stringContaining('repository_urls') })
    const open = await shop.run(['infra', 'output', 'canary', ...registry, '--show-secrets'])
    expect(open.stdout).toContain(canary.secret)
  })

  test('F26: the planted secret is in nothing that was said, written down or kept, but in plans and states', async () => {
    expect(canariesIn((await shop.get('registry.tfstate')) ?? '', [canary])).toEqual([canary.name])
    expect(canariesIn(said.join('\n'), [canary])).toEqual([])
    expect(canariesIn([...processes.commandLines].join('\n'), [canary])).toEqual([])
    const records = await Promise.all((await shop.keys('shopctl/')).map((key) => shop.get(key)))
    expect(canariesIn(records.join('\n'), [canary])).toEqual([])
    const files = await walkFiles(join(shop.root, '.shopctl', 'infra'), ['registry/.terraform'])
    // Plans hold everything, and nobody else may read them; the synthesised JSON is what the source says here.
    const holding = files.filter(
      ({ path, text }) => !path.endsWith('cdk.tf.json') && canariesIn(text, [canary]).length > 0,
    )
    expect(holding.filter(({ mode }) => mode !== 0o600)).toEqual([])
  })
})

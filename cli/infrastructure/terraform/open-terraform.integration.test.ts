import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { repositoryRoot } from '../../repository-root.ts'
import type { TerraformEvent } from '../terraform.ts'
import { openTerraform, type TerraformMeans } from './open-terraform.ts'
import {
  ignore,
  newAccount,
  noEmulator,
  noTerraform,
  openTestAccount,
  parameter,
  slowResources,
  stackJson,
  type TestAccount,
  untilEvent,
} from './testing/emulator-stack.ts'

const anew = { mode: 'normal', lock: 'take', onEvent: ignore } as const
const permissions = (file: string) => statSync(file).mode & 0o777
const skipped = (why: string) => (why === '' ? '' : ` (skipped: ${why})`)
/** Each of Terraform's runs loads its provider: seconds of work, and many more where others work as well. */
const unhurried = { timeout: 300_000 }

let account: TestAccount
beforeAll(async () => {
  account = await openTestAccount()
})
afterAll(() => account.close())

/** Programs that run in a folder: our own Terraform and its provider. */
const processesIn = (folder: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readlinkSync(`/proc/${name}/cwd`) === folder
      } catch {
        return false
      }
    })
    .map(Number)

const isSlow = (type: TerraformEvent['type']) => (event: TerraformEvent) =>
  event.type === type && 'address' in event && event.address === 'aws_s3_bucket_lifecycle_configuration.slow'

const lockIdIn = (error: unknown): string =>
  /--id (\S+)$/.exec(error instanceof ShopctlError ? error.fix.join('\n') : '')?.[1] ?? ''

describe.skipIf(noEmulator !== '')(`a stack on the emulator${skipped(noEmulator)}`, () => {
  beforeAll(async () => {
    await account.createBucket()
  })

  test('F7, F24: what was shown is applied as far as it goes; then an older plan is not', unhurried, async () => {
    const twice = { a: parameter('a'), again: { ...parameter('a'), depends_on: ['aws_ssm_parameter.a'] } }
    const terraform = account.terraform('up', { aws_ssm_parameter: { ...twice, other: parameter('other') } })
    await terraform.init(ignore)
    const plan = await terraform.plan(anew)
    const shown = await terraform.readPlan(plan.file)
    expect(shown).toEqual(plan)
    expect([permissions(plan.file), permissions(terraform.folder)]).toEqual([0o600, 0o700])

    const events: TerraformEvent[] = []
    const outcome = await terraform.apply(shown, (event) => events.push(event))
    expect(outcome).toMatchObject({
      outcome: 'failed',
      done: expect.arrayContaining(['aws_ssm_parameter.a', 'aws_ssm_parameter.other']),
      failed: [{ address: 'aws_ssm_parameter.again', why: expect.stringContaining('ParameterAlreadyExists') }],
    })
    expect(events.map(({ type }) => type)).toContain('began')
    expect(permissions(outcome.logFile)).toBe(0o600)

    await expect(terraform.apply(plan, ignore)).rejects.toMatchObject({ code: 'PLAN_STALE', exitCode: 3 })
    await appendFile(plan.file, 'x')
    await expect(terraform.apply(plan, ignore)).rejects.toMatchObject({ code: 'PLAN_CHANGED', exitCode: 3 })

    await terraform.refresh(ignore)
    expect(await terraform.outputs()).toEqual({
      account: { value: account.account, sensitive: false },
      canary: { value: 'canary-output', sensitive: true },
    })
    expect(await terraform.state()).toHaveProperty('values.root_module.resources.0.address', 'aws_ssm_parameter.a')
  })

  /** An apply that is under way for as long as the test needs it. */
  const startSlowly = async (bucket: string, more: Partial<TerraformMeans> = {}) => {
    const terraform = account.terraform('slow', slowResources(`${bucket}-${account.account}`), more)
    await terraform.init(ignore)
    const plan = await terraform.plan(anew)
    const { seen, onEvent } = untilEvent(isSlow('began'))
    const applied = terraform.apply(plan, onEvent)
    await Promise.race([seen, applied])
    return { terraform, applied }
  }

  test(
    "F8, F9: the lock's holder is named, also a killed one, and only its own id takes the lock off; F10: an interrupt leaves none",
    unhurried,
    async () => {
      const killed = await startSlowly('killed')
      const began = performance.now()
      await expect(killed.terraform.plan(anew)).rejects.toMatchObject({
        code: 'STATE_LOCKED',
        exitCode: 3,
        message: expect.stringMatching(/^\S+@\S+ has been applying since .* UTC \(0 min\)/),
        fix: [expect.stringMatching(/infra status/)],
      })
      expect(performance.now() - began).toBeLessThan(5000)

      for (const processId of processesIn(killed.terraform.folder)) process.kill(processId, 'SIGKILL')
      expect(await killed.applied).toMatchObject({
        outcome: 'failed',
        done: ['aws_s3_bucket.made'],
        tainted: ['aws_s3_bucket_lifecycle_configuration.slow'],
      })
      const later = () => new Date(Date.now() + 31 * 60_000)
      const locked = await account
        .terraform('slow', {}, { now: later })
        .plan(anew)
        .catch((error: unknown) => error)
      const offered = expect.stringMatching(/infra unlock --env dev --stack registry --id \S+$/)
      expect(locked).toMatchObject({ code: 'STATE_LOCKED', fix: expect.arrayContaining([offered]) })
      const wrong = killed.terraform.unlock('00000000-0000-0000-0000-000000000000')
      await expect(wrong).rejects.toMatchObject({ code: 'UNLOCK_REFUSED', exitCode: 3 })
      expect(await account.keys()).toContain('slow.tflock')

      const stop = new AbortController()
      const waiting = startSlowly('interrupted', { lockTimeoutSeconds: 60, interrupted: stop.signal })
      await killed.terraform.unlock(lockIdIn(locked))
      const { terraform, applied } = await waiting
      stop.abort()
      expect(await applied).toMatchObject({
        outcome: 'interrupted',
        done: ['aws_s3_bucket.made'],
        tainted: ['aws_s3_bucket_lifecycle_configuration.slow'],
        notBegun: ['aws_ssm_parameter.later'],
        failed: [],
      })
      expect(await account.keys()).not.toContain('slow.tflock')
      await expect(terraform.refresh(ignore)).rejects.toMatchObject({ code: 'INTERRUPTED' })
      expect(await killed.terraform.state()).toHaveProperty(
        'values.root_module.resources.0.address',
        'aws_s3_bucket.made',
      )
    },
  )

  test('F18: a bucket that is not there names the command that makes it', async () => {
    const terraform = account.terraform(
      'none',
      {},
      {
        write: (folder) =>
          writeFile(
            join(folder, 'cdk.tf.json'),
            stackJson({
              resources: {},
              account: account.account,
              backend: { s3: { bucket: 'not-there', key: 'x', region } },
            }),
          ),
      },
    )
    await expect(terraform.init(ignore)).rejects.toMatchObject({ code: 'STATE_BUCKET_MISSING', exitCode: 3 })
  })
})

const region = 'us-east-1'

describe.skipIf(noTerraform !== '')(`a plan against nothing${skipped(noTerraform)}`, () => {
  const offline = (more: Readonly<Record<string, string>> = {}) =>
    openTerraform(
      { kind: 'registry' },
      account.means({
        state: 'empty',
        root: repositoryRoot,
        // A login that leads nowhere, and no network: neither is asked.
        variables: { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_PROFILE: 'gone', ...more },
        write: (folder) =>
          writeFile(
            join(folder, 'cdk.tf.json'),
            stackJson({
              resources: { aws_ssm_parameter: { a: parameter('a') } },
              account: newAccount(),
              backend: { s3: { bucket: 'nowhere', key: 'x', region } },
            }),
          ),
      }),
    )

  test('needs no account and can never be applied', unhurried, async () => {
    const terraform = offline()
    await terraform.init(ignore)
    const plan = await terraform.plan(anew)
    expect(plan.json).toHaveProperty('resource_changes.0.change.actions', ['create'])
    expect(terraform.folder).toMatch(/registry-offline$/)
    await expect(terraform.apply(plan, ignore)).rejects.toThrow('about to be applied')
    expect(await terraform.readPlan(plan.file)).toMatchObject({ digest: plan.digest })
    await expect(terraform.readPlan('no-such.tfplan')).rejects.toMatchObject({ code: 'PLAN_MISSING', exitCode: 3 })
  })

  test('F17: a provider that is nowhere is refused, with every word in a log', async () => {
    const mirror = join(account.runs, 'empty-mirror')
    await mkdir(mirror)
    const settings = join(account.runs, 'mirror.tfrc')
    await writeFile(settings, `provider_installation { filesystem_mirror { path = "${mirror}" } }`)
    const terraform = offline({ TF_CLI_CONFIG_FILE: settings, TF_PLUGIN_CACHE_DIR: join(account.runs, 'cache') })
    await expect(terraform.init(ignore)).rejects.toMatchObject({
      code: 'TERRAFORM_PROVIDER_MISSING',
      exitCode: 3,
      why: [expect.stringContaining('was not found'), expect.stringMatching(/^all of it: .*-init\.log$/)],
    })
  })
})

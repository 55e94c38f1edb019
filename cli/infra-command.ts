import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as Flags from '@oclif/core/flags'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { type InstallationFacts, installations } from '../stacks/installations.ts'
import { type StackReference, stackName, stateBucketName } from '../stacks/stack-reference.ts'
import { requireConfirmation } from './confirm.ts'
import { quoteWord } from './errors/quote-word.ts'
import { ShopctlError } from './errors/shopctl-error.ts'
import { toType } from './errors/to-type.ts'
import { environmentFlag } from './flags.ts'
import { FlowCommand, whoAmI } from './flow-command.ts'
import type { InfraMeans } from './flows/infra/infra-means.ts'
import type { Wanted } from './flows/infra/wanted-answer.ts'
import { createLocalLockStore } from './platforms/local/lock-store.ts'
import { stateRoot } from './platforms/state-root.ts'
import { repositoryRoot } from './repository-root.ts'
import type { OutputFlags } from './shop-command.ts'
import { type FlagToDrop, wordsWithout } from './usage/words-without.ts'

const stackKinds = ['state', 'registry', 'shop'] as const

/** On every verb of infra: the environment, which stands on an installation, and which of its stacks. */
export const infraFlags = {
  env: environmentFlag.env,
  stack: Flags.option({
    options: stackKinds,
    default: 'shop' as const,
    summary: 'the shop itself, the image registry, or the bucket for the states; the last two are one for each account',
  })(),
}

export const offlineFlag = {
  offline: Flags.boolean({ summary: 'against an empty state and without an account: asks nobody' }),
}

export const allowDestroyFlag = {
  'allow-destroy': Flags.string({
    multiple: true,
    helpValue: 'ADDRESS',
    summary: 'a resource with data that may be destroyed or replaced; each is named',
  }),
}

export type InfraFlags = OutputFlags & {
  readonly env: EnvironmentFacts
  readonly stack?: (typeof stackKinds)[number]
}

export type InfraOptions = {
  /** How long to wait for Terraform's lock. */
  readonly waitSeconds?: number
  /** USD a month in place of the installation's own. */
  readonly budget?: number | undefined
}

type AnswerFlags = InfraFlags & { readonly yes?: boolean }
type Asking = {
  readonly wanted: Wanted
  /** What has to be typed where more than a yes is wanted. */
  readonly name: string
  readonly question: string
  readonly declined: string
}

const installationOf = ({ name, installation }: EnvironmentFacts): InstallationFacts => {
  if (installation !== null) return installations[installation]
  throw new ShopctlError({
    code: 'NO_INSTALLATION',
    outcome: 'refused',
    what: `${name} stands on nothing in AWS, so that infra has nothing to do there; nothing was changed.`,
    why: ['stacks/environments.ts says installation: null of it'],
    fix: [toType('infra status --env dev'), toType(`deploy --env ${name}`)],
  })
}

const referenceOf = (kind: (typeof stackKinds)[number], { name }: InstallationFacts): StackReference =>
  kind === 'shop' ? { kind, installation: name } : { kind }

/** A command that runs one verb on the infrastructure of one installation. */
export abstract class InfraCommand extends FlowCommand {
  /** What a verb works with, made from the flags. Everything that is slow to load is loaded when it is first used. */
  protected async infraMeans(flags: InfraFlags, { waitSeconds = 0, budget }: InfraOptions = {}): Promise<InfraMeans> {
    const { env: environment } = flags
    const installation = installationOf(environment)
    const stack = referenceOf(flags.stack ?? 'shop', installation)
    const { interrupted, abandoned, redactor } = this
    const { account, region } = installation
    const place = { environment: environment.name, account, region }
    const reporter = await this.openReporter(flags)
    const say = (message: string) => reporter.emit({ type: 'notice', message })
    const [{ createS3ObjectStore }, { createRecordStore }, { createS3LockStore }, { planJudges }] = await Promise.all([
      import('./infrastructure/records/s3-object-store.ts'),
      import('./infrastructure/records/record-store.ts'),
      import('./infrastructure/records/s3-lock-store.ts'),
      import('./flows/infra/plan-judges.ts'),
    ])
    // Not ended by an interrupt: what was done is written down, and the lock given back, after it.
    const bucket = createS3ObjectStore({ bucket: stateBucketName(account), region })
    const terraformMeans = {
      root: repositoryRoot,
      lockTimeoutSeconds: waitSeconds,
      interrupted,
      abandoned,
      now: () => new Date(),
    }
    const installStacks = async () => {
      const [{ ensureStacksInstalled }, { runTool }] = await Promise.all([
        import('./infrastructure/ensure-stacks-installed.ts'),
        import('./tools/run-tool.ts'),
      ])
      await ensureStacksInstalled({ repository: repositoryRoot, say, signal: interrupted, run: runTool })
    }
    const command = this.typed()
    const again = this.typedWithout({ names: ['--allow-destroy'], values: 'all' })
    const question = { environment: environment.name, installation, command: again, today: new Date() }
    return {
      environment,
      installation,
      stack,
      reporter,
      who: whoAmI(),
      command,
      async commit() {
        const [{ readCommit }, { runTool }] = await Promise.all([
          import('./releases/read-commit.ts'),
          import('./tools/run-tool.ts'),
        ])
        return readCommit(repositoryRoot, { run: runTool, signal: AbortSignal.timeout(10_000) })
      },
      now: () => new Date(),
      sleep: async (milliseconds, signal) => {
        await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
        signal.throwIfAborted()
      },
      interrupted,
      bucket,
      records: createRecordStore(bucket, (text) => redactor.redact(text)),
      lock: (name) => createS3LockStore(bucket, name),
      async environmentLocks() {
        const { openEnvironmentLocks } = await import('./flows/infra/open-environment-locks.ts')
        return openEnvironmentLocks(installation, {
          repository: repositoryRoot,
          keepSecret: (secret) => redactor.register(secret),
          reporter,
          abandoned,
        })
      },
      localLock: createLocalLockStore(
        join(stateRoot({ repository: repositoryRoot, variables: process.env }), 'infra', 'bootstrap-lock'),
      ),
      async synthesise(reference, folder) {
        await installStacks()
        const { writeStack } = await import('./infrastructure/terraform/write-stack.ts')
        await writeStack(reference, { backend: 's3', facts: installation })(folder)
      },
      async terraform(reference, against) {
        await installStacks()
        const { openTerraform } = await import('./infrastructure/terraform/open-terraform.ts')
        const state = against === 'nothing' ? 'empty' : 's3'
        return openTerraform(reference, {
          ...terraformMeans,
          environment: environment.name,
          state,
          facts: installation,
        })
      },
      readCode: async (folder) => JSON.parse(await readFile(join(folder, 'cdk.tf.json'), 'utf8')),
      async checkTools() {
        const [{ checkTools }, { runTool }] = await Promise.all([
          import('./infrastructure/terraform/check-tools.ts'),
          import('./tools/run-tool.ts'),
        ])
        await checkTools({ folder: repositoryRoot, runTool, signal: interrupted, variables: process.env })
      },
      async checkAccount() {
        const { checkAccount } = await import('./infrastructure/aws/check-account.ts')
        return checkAccount(place, interrupted)
      },
      judges: (reference) => planJudges({ ...question, stack: reference, budget: budget ?? installation.budget }),
      async scan(reference, folder) {
        const [{ scanConfiguration }, { runTool }, { stackWaivers }] = await Promise.all([
          import('./flows/infra/scan-configuration.ts'),
          import('./tools/run-tool.ts'),
          import('../stacks/waivers.ts'),
        ])
        return scanConfiguration({
          folder,
          environment: environment.name,
          stack: stackName(reference),
          waivers: stackWaivers,
          cacheDirectory: join(repositoryRoot, '.shopctl', 'scan'),
          variables: process.env,
          run: runTool,
          say: (notice) => reporter.emit(notice),
          now: new Date(),
          signal: interrupted,
        })
      },
      async bootstrap(tell) {
        await installStacks()
        const [{ bootstrap }, { tellApply }] = await Promise.all([
          import('./infrastructure/terraform/bootstrap.ts'),
          import('./flows/infra/open-plan.ts'),
        ])
        const onEvent = tellApply(null, tell)
        return bootstrap({ place, store: bucket, terraform: terraformMeans, onEvent, facts: installation })
      },
      async generateSecrets(outputs, tell) {
        const { generateInstallationSecrets } = await import(
          './infrastructure/secrets/generate-installation-secrets.ts'
        )
        return generateInstallationSecrets({
          installation: installation.name,
          outputs,
          keepSecret: (value) => redactor.register(value),
          say: tell,
          signal: interrupted,
        })
      },
      async madeSecrets() {
        const [{ findMadeSecrets, removeMadeSecrets }, { openSecretVault }] = await Promise.all([
          import('./infrastructure/secrets/made-secrets.ts'),
          import('./infrastructure/secrets/open-secret-vault.ts'),
        ])
        // Not ended by an interrupt: what they lead to is gone by then.
        const vault = await openSecretVault({ region, signal: abandoned })
        return {
          find: () => findMadeSecrets(installation.name, vault),
          remove: (names) => removeMadeSecrets(names, vault),
          close: () => vault.close(),
        }
      },
      async whoChanged(names) {
        const { whoChanged } = await import('./infrastructure/drift/who-changed.ts')
        return whoChanged({ region, names, signal: interrupted })
      },
      async tagged() {
        // The tags of the other stacks are the same for both of them.
        if (stack.kind !== 'shop') return null
        const { fetchTagged } = await import('./infrastructure/drift/tagged-resources.ts')
        return fetchTagged({ region, environment: installation.name, signal: interrupted })
      },
    }
  }

  /** Asks for what a change needs; `--yes` answers all but what has to be typed. Throws NOT_CONFIRMED (refused). */
  protected async answer(
    flags: AnswerFlags,
    { wanted, name, question, declined }: Asking,
  ): Promise<'yes' | 'typed-name'> {
    if (flags.yes && wanted !== 'typed-name') return 'yes'
    await (await this.openReporter(flags)).pause()
    await requireConfirmation({
      question,
      declined,
      ...(wanted === 'yes' ? {} : { expects: name }),
      fix: toType(
        `${this.typedWithout({ names: ['--yes', '-y'], values: 'none' })}${wanted === 'typed-name' ? '' : ' --yes'}`,
      ),
      signal: this.interrupted,
    })
    return wanted === 'yes' ? 'yes' : 'typed-name'
  }

  /** What is shown before a question; with `--json` not on stdout, which belongs to the document. */
  protected async show(flags: InfraFlags & { readonly json?: boolean }, text: string): Promise<void> {
    await (await this.openReporter(flags)).pause()
    const { printText, printError } = await import('./output/standard-streams.ts')
    const print = flags.json ? printError : printText
    print(`\n${this.redactor.redact(text)}\n`)
  }

  /** The words that were typed, without one flag. */
  protected typedWithout(flag: FlagToDrop): string {
    return [this.ctor.id.replaceAll(':', ' '), ...wordsWithout(this.argv, flag).map(quoteWord)].join(' ')
  }
}

import { hostname, userInfo } from 'node:os'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import type { FlowMeans } from './flows/means.ts'
import { openPlatform } from './platforms/open-platform.ts'
import type { Platform } from './platforms/platform.ts'
import { redactingStore } from './releases/redact-record.ts'
import { repositoryRoot } from './repository-root.ts'
import { type OutputFlags, ShopCommand } from './shop-command.ts'

export type FlowFlags = OutputFlags & {
  readonly env: EnvironmentFacts
  readonly 'kube-context'?: string | undefined
}

export type FlowOptions = {
  /** The local platform's public port; left out, the one of the last deploy. */
  readonly port?: number | undefined
}

/** A container may run as a user that no file names. */
const nameOfUser = (): string => {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

/** A person's own words win, then what Jenkins knows, then who is signed in here. */
export const whoAmI = (): string => {
  const { SHOPCTL_WHO, BUILD_USER_ID, JOB_NAME, BUILD_NUMBER } = process.env
  if (SHOPCTL_WHO) return SHOPCTL_WHO
  if (JOB_NAME) return [BUILD_USER_ID, `${JOB_NAME}#${BUILD_NUMBER ?? '?'}`].filter(Boolean).join(' via ')
  return `${nameOfUser()}@${hostname()}`
}

/** A command that runs one flow against one environment. */
export abstract class FlowCommand extends ShopCommand {
  /** What a flow works with, made from the flags. */
  protected async means(flags: FlowFlags, { port }: FlowOptions = {}): Promise<FlowMeans> {
    const { interrupted, abandoned } = this
    const context = flags['kube-context']
    // From a variable it will be there for the next command too.
    if (context && process.env.SHOPCTL_KUBE_CONTEXT !== context) process.env.SHOPCTL_TYPED_CONTEXT = context
    const reporter = await this.openReporter(flags)
    const opened = await openPlatform(flags.env, {
      repository: repositoryRoot,
      publicPort: port ?? null,
      kubeContext: flags['kube-context'] ?? null,
      keepSecret: (secret) => this.redactor.register(secret),
      warn: (message) => reporter.emit({ type: 'warning', message, fix: [] }),
      abandoned,
    })
    return {
      environment: flags.env.name,
      platform: await this.#keepSecrets(opened.platform),
      reporter,
      policy: opened.policy,
      who: whoAmI(),
      command: this.typed(),
      async smoke(checks, request) {
        const { runChecks } = await import('./smoke/run-checks.ts')
        return runChecks(checks, request)
      },
      async commit() {
        const [{ readCommit }, { runTool }] = await Promise.all([
          import('./releases/read-commit.ts'),
          import('./tools/run-tool.ts'),
        ])
        return readCommit(repositoryRoot, { run: runTool, signal: interrupted })
      },
      async ancestry(sha) {
        const [{ readAncestry }, { runTool }] = await Promise.all([
          import('./releases/read-ancestry.ts'),
          import('./tools/run-tool.ts'),
        ])
        return readAncestry({ repository: repositoryRoot, sha }, { run: runTool, signal: interrupted })
      },
      now: () => new Date(),
      interrupted,
      abandoned,
    }
  }

  /** Registers the platform's secrets now and again after `prepare`, which makes them the first time. */
  async #keepSecrets(platform: Platform): Promise<Platform> {
    const learn = async () => {
      for (const secret of await platform.secrets()) this.redactor.register(secret)
    }
    await learn()
    return {
      ...platform,
      releases: redactingStore(platform.releases, (text) => this.redactor.redact(text)),
      async prepare(work) {
        await platform.prepare(work)
        await learn()
      },
    }
  }
}

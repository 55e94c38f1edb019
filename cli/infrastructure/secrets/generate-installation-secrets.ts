import type { InstallationName } from '../../../stacks/installations.ts'
import { openCacheUsers } from './cache-users.ts'
import { generateSecrets } from './generate-secrets.ts'
import { parseInstallationOutputs } from './installation-outputs.ts'
import { openSecretVault } from './open-secret-vault.ts'

export type InstallationSecrets = {
  readonly generated: readonly string[]
  readonly kept: readonly string[]
  /** Without a value: a third party gives it. */
  readonly byHand: readonly { readonly name: string; readonly fix: string }[]
  /** Databases whose first rotation has not been seen to end: their logins do not work yet. */
  readonly unproven: readonly string[]
}

type Request = {
  readonly installation: InstallationName
  readonly outputs: unknown
  readonly keepSecret: (value: string) => void
  readonly say: (message: string) => void
  readonly signal: AbortSignal
}

/** `generateSecrets` against AWS itself, told by names. For the step behind `infra up`; idempotent. */
export const generateInstallationSecrets = async (request: Request): Promise<InstallationSecrets> => {
  const { installation, outputs, signal } = request
  const { region } = parseInstallationOutputs(outputs, installation)
  const vault = await openSecretVault({ region, signal })
  try {
    const all = await generateSecrets({ ...request, vault, cacheUsers: openCacheUsers({ region, signal }) })
    const named = (wanted: (typeof all)[number]['state']) =>
      all.flatMap(({ name, state }) => (state === wanted ? [name] : []))
    return {
      generated: named('made'),
      kept: named('there'),
      byHand: all.flatMap(({ name, fix }) => (fix === null ? [] : [{ name, fix }])),
      unproven: all.flatMap(({ name, rotation }) =>
        rotation === 'not-proven' || rotation === 'no-function' ? [name] : [],
      ),
    }
  } finally {
    vault.close()
  }
}

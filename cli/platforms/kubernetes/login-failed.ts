import type { KubeConfig } from '@kubernetes/client-node'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'

const linesOf = (error: unknown): readonly string[] => {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '').slice(0, 5)
}

/** The credentials of a kubeconfig could not be had: its login program is missing or says no, or a file is gone. */
export const loginFailed = (error: unknown, config: KubeConfig): ShopctlError => {
  if (error instanceof ShopctlError) return error
  const context = config.getCurrentContext()
  const program = String(config.getCurrentUser()?.exec?.command ?? '')
  const isMissing = program !== '' && hasErrorCode(error, 'ENOENT')
  return new ShopctlError({
    code: isMissing ? 'KUBE_LOGIN_PROGRAM_MISSING' : 'KUBE_LOGIN_FAILED',
    outcome: 'refused',
    what: `There are no credentials for the cluster of context ${context}; nothing was asked of it.`,
    why: isMissing ? [`the kubeconfig logs in by the program ${program}, which is not on PATH`] : linesOf(error),
    fix: [isMissing ? `command -v ${program}` : `kubectl --context ${context} auth whoami`],
    cause: error,
  })
}

import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { RunTool } from '../../tools/tool-call.ts'
import { installCommand } from '../../tools/tool-missing.ts'
import { versionCall } from './terraform-calls.ts'
import type { TerraformVariables } from './terraform-environment.ts'

/** The first with a lock in the state's own bucket. */
const oldest = [1, 11, 0]

const answerSchema = z.object({ terraform_version: z.string() })

const parseVersion = (text: string): string | null => {
  try {
    return answerSchema.parse(JSON.parse(text)).terraform_version
  } catch {
    return null
  }
}

/** `1.11.4`, `1.12.0-beta1`: the numbers decide. */
const isOldEnough = (version: string): boolean => {
  const [, ...numbers] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []
  const different = oldest.findIndex((number, index) => number !== Number(numbers[index]))
  return different === -1 || Number(numbers[different]) > (oldest[different] ?? 0)
}

type ToolCheck = {
  readonly folder: string
  readonly runTool: RunTool
  readonly signal: AbortSignal
  readonly variables: TerraformVariables
}

/**
 * That there is a Terraform that knows all that is asked of it. Answers with its version.
 * Throws TOOL_MISSING, TERRAFORM_TOO_OLD (both refused).
 */
export const checkTools = async ({ folder, runTool, signal, variables }: ToolCheck): Promise<string> => {
  const { exitCode, stdout } = await runTool(versionCall({ folder, variables }), signal)
  const version = parseVersion(stdout)
  if (version !== null && isOldEnough(version)) return version
  throw new ShopctlError({
    code: 'TERRAFORM_TOO_OLD',
    outcome: 'refused',
    what: `Terraform ${oldest.slice(0, 2).join('.')} or newer is needed; nothing was changed.`,
    why: [version === null ? `terraform version ended with ${exitCode} and said none` : `found: ${version}`],
    fix: [installCommand('terraform', process.platform), 'command -v terraform'],
  })
}

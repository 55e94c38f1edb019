import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isForStack, type StackWaiver } from '../../../stacks/waivers.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { openScanner, type Say, type Scanner } from '../../images/scan/open-scanner.ts'
import { scanPolicyOf } from '../../images/scan/scan-policy.ts'
import { scanSubject } from '../../images/scan/scan-subject.ts'
import type { Variables } from '../../images/scan/trivy-calls.ts'
import type { Waiver } from '../../images/scan/waivers.ts'
import type { RunTool } from '../../tools/tool-call.ts'
import type { ConfigurationScan } from './infra-means.ts'

type ScanRequest = {
  /** A run folder with `cdk.tf.json`. */
  readonly folder: string
  /** Whose policy judges. */
  readonly environment: string
  readonly stack: string
  readonly waivers: readonly StackWaiver[]
  readonly cacheDirectory: string
  readonly variables: Variables
  readonly run: RunTool
  readonly say: Say
  readonly now: Date
  readonly signal: AbortSignal
}

/** A scanner's finding has a file and a line, no resource: of a waiver only the rule can be used here. */
const waiverOf = ({ rule, reason, until }: StackWaiver): Waiver => ({
  kind: 'misconfiguration',
  id: rule,
  paths: [],
  purls: [],
  reason,
  expiresAt: new Date(Date.parse(until) + 24 * 60 * 60 * 1000).toISOString(),
})

const find = async (request: ScanRequest): Promise<Scanner | null> => {
  const { stack, run, cacheDirectory, variables, say, signal } = request
  try {
    const means = { subject: stack, runTool: run, cacheDirectory, variables, say, signal }
    return await openScanner(means, { database: 'not needed' })
  } catch (error) {
    if (error instanceof ShopctlError && error.code === 'TOOL_MISSING') return null
    throw error
  }
}

/** What Trivy says of the synthesised JSON; null where it is not on this machine. Throws SCAN_FAILED, SCANNER_REFUSED. */
export const scanConfiguration = async (request: ScanRequest): Promise<ConfigurationScan> => {
  const { folder, environment, stack, waivers, run, now, signal } = request
  const scanner = await find(request)
  if (scanner === null) return null
  // Alone: beside it in the run folder lie the provider, plans and logs.
  const scratch = await mkdtemp(join(tmpdir(), 'shopctl-scan-'))
  try {
    await copyFile(join(folder, 'cdk.tf.json'), join(scratch, 'cdk.tf.json'))
    const { verdict, findings } = await scanSubject(
      { name: stack, digest: null, target: { kind: 'config', path: scratch } },
      {
        policy: scanPolicyOf(environment),
        policyOf: environment,
        waivers: waivers.filter((waiver) => isForStack(waiver, stack)).map(waiverOf),
        now,
        scanner,
        runTool: run,
        signal,
      },
    )
    return {
      scanner: `${scanner.name} ${scanner.version}`,
      verdict,
      findings: findings.map(({ id, severity, title, target, line, judgement, resolution }) => ({
        rule: id,
        severity,
        what: title,
        where: line === null ? target : `${target}:${line}`,
        judgement,
        remedy: resolution,
      })),
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

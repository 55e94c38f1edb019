import type { SeverityCounts } from '../../releases/scan-record.ts'
import { coversFinding } from './covers-finding.ts'
import { countBySeverity, type Finding, worstFirst } from './findings.ts'
import type { ScanPolicy } from './scan-policy.ts'
import { hasExpired, type Waiver } from './waivers.ts'

export type JudgedFinding = Finding & {
  readonly judgement: 'blocks' | 'tolerated' | 'waived' | 'suppressed'
  /** Of the waiver or of the scanner's suppression. */
  readonly reason: string | null
}

export type ScanVerdict = {
  readonly verdict: 'passed' | 'blocked'
  /** Findings that are neither waived nor suppressed. */
  readonly counts: SeverityCounts
  /** All of them, worst first. */
  readonly findings: readonly JudgedFinding[]
  readonly blocking: readonly JudgedFinding[]
  readonly waived: readonly JudgedFinding[]
  readonly expiredWaivers: readonly Waiver[]
  /** Still hold, but cover nothing that was found. */
  readonly unusedWaivers: readonly Waiver[]
  /** The goal that was missed, as a sentence; null where it was met. */
  readonly missedTarget: string | null
}

export type Judging = { readonly policy: ScanPolicy; readonly waivers: readonly Waiver[]; readonly now: Date }

const blocks = (finding: Finding, policy: ScanPolicy): boolean => {
  if (finding.kind === 'secret') return policy.secrets.block.includes(finding.severity)
  if (finding.kind === 'misconfiguration') return policy.misconfigurations.block.includes(finding.severity)
  const { block, when } = policy.vulnerabilities
  return block.includes(finding.severity) && (when === 'always' || finding.fixedVersion !== null)
}

const judge = (finding: Finding, { policy, waivers }: Pick<Judging, 'policy' | 'waivers'>): JudgedFinding => {
  if (finding.suppressed !== null) return { ...finding, judgement: 'suppressed', reason: finding.suppressed }
  const waiver = waivers.find((one) => coversFinding(one, finding))
  if (waiver !== undefined) return { ...finding, judgement: 'waived', reason: waiver.reason }
  return { ...finding, judgement: blocks(finding, policy) ? 'blocks' : 'tolerated', reason: null }
}

const missedTarget = (findings: readonly Finding[], { target }: ScanPolicy): string | null => {
  const { CRITICAL, HIGH } = countBySeverity(findings)
  if (CRITICAL <= target.criticalAtMost && HIGH <= target.highAtMost) return null
  const goal = `${target.criticalAtMost} CRITICAL and ${target.highAtMost} HIGH`
  return `${CRITICAL} CRITICAL and ${HIGH} HIGH with the waived and suppressed ones; the goal is at most ${goal}.`
}

/** What the findings mean here and now. Pure: the same findings, policy, waivers and time give the same verdict. */
export const scanVerdict = (findings: readonly Finding[], { policy, waivers, now }: Judging): ScanVerdict => {
  const expiredWaivers = waivers.filter((waiver) => hasExpired(waiver, now))
  const holding = waivers.filter((waiver) => !hasExpired(waiver, now))
  const judged = worstFirst(findings.map((finding) => judge(finding, { policy, waivers: holding })))
  const blocking = judged.filter(({ judgement }) => judgement === 'blocks')
  return {
    verdict: blocking.length > 0 ? 'blocked' : 'passed',
    counts: countBySeverity(judged.filter(({ judgement }) => judgement === 'blocks' || judgement === 'tolerated')),
    findings: judged,
    blocking,
    waived: judged.filter(({ judgement }) => judgement === 'waived'),
    expiredWaivers,
    unusedWaivers: holding.filter((waiver) => !findings.some((finding) => coversFinding(waiver, finding))),
    missedTarget: missedTarget(findings, policy),
  }
}

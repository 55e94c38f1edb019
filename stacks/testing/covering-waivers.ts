import { isForStack, isMeantFor, type StackWaiver } from '../waivers.ts'

export type Finding = { readonly rule: string; readonly stack: string; readonly address: string }

const covers = (waiver: StackWaiver, finding: Finding): boolean =>
  waiver.rule === finding.rule && isMeantFor(waiver, finding.address) && isForStack(waiver, finding.stack)

export type Judgement = {
  readonly open: readonly Finding[]
  readonly expired: readonly StackWaiver[]
  readonly unused: readonly StackWaiver[]
}

/** What is left of findings once the waivers are taken into account, and which waivers no longer hold. */
export const judgeFindings = (
  findings: readonly Finding[],
  waivers: readonly StackWaiver[],
  { today }: { readonly today: string },
): Judgement => {
  const expired = waivers.filter(({ until }) => until < today)
  const holding = waivers.filter((waiver) => !expired.includes(waiver))
  return {
    open: findings.filter((finding) => !holding.some((waiver) => covers(waiver, finding))),
    expired,
    unused: holding.filter((waiver) => !findings.some((finding) => covers(waiver, finding))),
  }
}

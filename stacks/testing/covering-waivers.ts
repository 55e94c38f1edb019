import type { StackWaiver } from '../waivers.ts'

export type Finding = { readonly rule: string; readonly stack: string; readonly address: string }

const isLike = (pattern: string, text: string): boolean => {
  const parts = pattern.split('*').map((part) => part.replace(/[.[\]()+?^$|{}\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}

const covers = ({ rule, resource, stacks }: StackWaiver, finding: Finding): boolean =>
  rule === finding.rule && isLike(resource, finding.address) && (stacks?.includes(finding.stack) ?? true)

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

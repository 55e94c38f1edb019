import type { PlanDocument } from '../../flows/infra/plan-document.ts'
import { inDollars, inDollarsMore } from '../../infrastructure/cost/money.ts'
import { wrapWords } from '../wrap-words.ts'
import { infraSubject } from './infra-subject.ts'
import { planView } from './plan-view.ts'

const costLine = ({ cost }: PlanDocument): string => {
  const { monthly, budget, delta, verdict, unpriced } = cost
  const atLeast = unpriced.length === 0 ? '' : 'at least '
  const judged = verdict === 'within' ? 'within' : 'ABOVE'
  return `Cost: ${atLeast}${inDollars(monthly.total.expected)} USD a month expected, ${judged} the budget of ${inDollars(budget)}; the plan changes the fixed part by ${inDollarsMore(delta)}. See infra cost.`
}

const scanLines = ({ scan }: PlanDocument): readonly string[] => {
  if (scan === 'not-asked') return []
  if (scan === 'not-installed') return ['Scan: not done, trivy is not on this machine; our own rules were applied.']
  const open = scan.findings.filter(({ judgement }) => judgement === 'blocks')
  if (open.length === 0) return [`Scan: ${scan.scanner} found nothing that blocks.`]
  return [
    `Scan: ${scan.scanner} found ${open.length} that block`,
    ...open.map(({ rule, severity, where, what }) => `  ${severity} ${rule} ${where}: ${what}`),
  ]
}

const supportLines = ({ supportEnds }: PlanDocument): readonly string[] =>
  supportEnds.map(({ what, version, supportedUntil, daysLeft, source }) =>
    daysLeft < 0
      ? `Support of ${what} ${version} ended on ${supportedUntil}: ${source}`
      : `Support of ${what} ${version} ends on ${supportedUntil}, in ${daysLeft} days: ${source}`,
  )

/** What a person decides by: the changes worst first, then cost, scan, versions, and which file an up would apply. */
export const infraPlanView = (document: PlanDocument, width: number | null): string => {
  const { drift, against, file, digest, outcome } = document
  const subject = against === 'nothing' ? `${infraSubject(document)}, offline, from nothing` : infraSubject(document)
  const saved = `Saved as ${file}, sha256 ${digest.slice(0, 12)}.`
  const lines = [
    ...(document.mode === 'normal' ? [costLine(document)] : []),
    ...scanLines(document),
    ...supportLines(document),
    ...(outcome === 'unchanged' || against === 'nothing' ? [] : [saved]),
  ].map((line) => wrapWords(line, { first: '', rest: '  ', columns: width ?? 80 }))
  const changes = planView(document, { subject, drift, width })
  return lines.length === 0 ? changes : [changes, '', ...lines].join('\n')
}

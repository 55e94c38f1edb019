import type { ChangeKind, PlanVerdict, PolicyFinding, ResourceChange, Risk, RiskKind } from '../plan-verdict.ts'
import { exposingRules, type Judging, judgePolicy } from '../policy/judge-policy.ts'
import { type PlannedStack, plannedStack, textsOf } from '../policy/planned-stack.ts'
import { attributeChanges } from './attribute-changes.ts'
import { byText } from './by-text.ts'
import { changeKind } from './change-kind.ts'
import { changeReason } from './change-reason.ts'
import { findRenames } from './find-renames.ts'
import { findSecrets, showable } from './find-secrets.ts'
import { configuredAttributes, type PlannedChange, type TerraformPlan } from './parse-plan.ts'
import { changeRisks } from './plan-risks.ts'
import { groupOf } from './resource-types.ts'
import { noCode, type StackCode } from './stack-code.ts'
import { isRecord } from './veil.ts'

export type VerdictRequest = Judging & {
  /** The synthesised JSON: it has the text of policies that a first plan knows only after apply. */
  readonly code?: StackCode
}

export const riskOrder: readonly RiskKind[] = ['data-loss', 'exposure', 'outage', 'unknown']
const kindOrder: readonly ChangeKind[] = ['delete', 'replace', 'forget', 'update', 'create']

const rankOf = <Word>(order: readonly Word[], word: Word | undefined): number =>
  word === undefined ? order.length : order.indexOf(word)

const outputKinds = { create: 'create', update: 'update', delete: 'delete' } as const

const outputsOf = ({ output_changes: changes }: TerraformPlan): PlanVerdict['outputs'] =>
  Object.entries(changes).flatMap(([name, { actions }]) => {
    const [kind] = actions.flatMap((action) => (action in outputKinds ? [action] : []))
    if (kind !== 'create' && kind !== 'update' && kind !== 'delete') return []
    return [{ name, kind: actions.length > 1 ? ('update' as const) : kind }]
  })

const renameWords = (address: string, renames: ReadonlyMap<string, string>): string | null => {
  const to = renames.get(address)
  if (to !== undefined) return `looks like a rename in the code to ${to}: a moved block keeps it`
  const [from] = [...renames].find(([, made]) => made === address) ?? []
  return from === undefined ? null : `looks like ${from} under another name in the code: a moved block keeps it`
}

type Told = { readonly planned: PlannedChange; readonly kind: ChangeKind }

/** A bucket is exposed by what belongs to it, while the bucket itself stays as it is. */
const bucketOf = ({ type, change }: PlannedChange, { resources }: PlannedStack): string | null => {
  if (type !== 'aws_s3_bucket_public_access_block') return null
  const name = [change.before, change.after].flatMap((values) => (isRecord(values) ? textsOf(values.bucket) : []))[0]
  const bucket = resources.find((one) => one.type === 'aws_s3_bucket' && one.values.bucket === name)
  return bucket?.address ?? null
}

/** Only of what this plan touches: what was open before is a finding and no risk of this change. */
const exposures = (findings: readonly PolicyFinding[], touched: ReadonlySet<string>): readonly Risk[] =>
  findings
    .filter(({ rule, address, waiver }) => waiver === null && exposingRules.has(rule) && touched.has(address))
    .map(({ rule, address, what }) => ({ kind: 'exposure', address, what, why: `breaks the rule ${rule}` }))

const countsOf = (told: readonly Told[]): PlanVerdict['counts'] => {
  const count = (wanted: ChangeKind) => told.filter(({ kind }) => kind === wanted).length
  return {
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
    forget: count('forget'),
  }
}

/** What a plan means, from the plan alone. Pure: the same plan, waivers and day give the same verdict. */
export const planVerdict = (plan: TerraformPlan, { code = noCode, ...judging }: VerdictRequest): PlanVerdict => {
  const told = plan.resource_changes.flatMap((planned): readonly Told[] => {
    const kind = changeKind(planned)
    return kind === null ? [] : [{ planned, kind }]
  })
  const changes = told.map(({ planned }) => planned)
  const renames = findRenames(changes)
  const configured = configuredAttributes(plan)
  const show = showable(findSecrets(plan))
  const stack = plannedStack(plan, code)
  const policy = judgePolicy(stack, judging)
  const touched = changes.flatMap((change) => [change.address, bucketOf(change, stack)]).filter((one) => one !== null)

  const kindOf = new Map(told.map(({ planned, kind }) => [planned.address, kind]))
  const risks = [
    ...told.flatMap(({ planned, kind }) =>
      changeRisks(planned, { kind, changes, renamedTo: renames.get(planned.address) ?? null }),
    ),
    ...exposures(policy.findings, new Set(touched)),
  ].sort(
    (one, other) =>
      rankOf(riskOrder, one.kind) - rankOf(riskOrder, other.kind) ||
      rankOf(kindOrder, kindOf.get(one.address)) - rankOf(kindOrder, kindOf.get(other.address)) ||
      byText(one.address, other.address),
  )
  const worst = new Map([...risks].reverse().map(({ address, kind }) => [address, kind]))

  const resourceChange = ({ planned, kind }: Told): ResourceChange => {
    const reason = renameWords(planned.address, renames) ?? changeReason(planned)
    const attributes =
      kind === 'delete' || kind === 'forget' ? [] : attributeChanges(planned, configured.get(planned.address) ?? {})
    return {
      address: planned.address,
      type: planned.type,
      group: groupOf(planned.type),
      kind,
      reason: reason === null ? null : show(reason),
      attributes: attributes.map((one) => ({
        ...one,
        from: one.from === null ? null : show(one.from),
        to: one.to === null ? null : show(one.to),
      })),
    }
  }
  const outputs = outputsOf(plan)
  return {
    outcome: told.length === 0 && outputs.length === 0 ? 'unchanged' : 'changes',
    counts: countsOf(told),
    changes: told
      .map(resourceChange)
      .sort(
        (one, other) =>
          rankOf(riskOrder, worst.get(one.address)) - rankOf(riskOrder, worst.get(other.address)) ||
          rankOf(kindOrder, one.kind) - rankOf(kindOrder, other.kind) ||
          byText(one.address, other.address),
      ),
    outputs,
    risks: risks.map((risk) => ({ ...risk, what: show(risk.what), why: show(risk.why) })),
    findings: policy.findings.map((finding) => ({ ...finding, what: show(finding.what) })),
    brokenWaivers: policy.brokenWaivers,
  }
}

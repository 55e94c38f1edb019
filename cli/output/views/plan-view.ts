import type { DriftReport } from '../../infrastructure/drift-report.ts'
import { byText } from '../../infrastructure/plan/by-text.ts'
import type {
  AttributeChange,
  ChangeKind,
  PlanVerdict,
  PolicyFinding,
  ResourceChange,
  RiskKind,
} from '../../infrastructure/plan-verdict.ts'
import { printable } from '../printable.ts'
import { wrapWords } from '../wrap-words.ts'

export type PlanViewRequest = {
  /** `prod`, or `staging, which stands on shop-prod`. */
  readonly subject: string
  /** What others changed meanwhile; null where nobody looked. */
  readonly drift: Pick<DriftReport, 'differences'> | null
  /** Width of the terminal; null where there is none: then lines are for 80 columns. */
  readonly width: number | null
}

const titles: readonly (readonly [RiskKind, string])[] = [
  ['data-loss', 'DATA AT RISK'],
  ['exposure', 'OPENED TO OTHERS'],
  ['outage', 'USERS MAY NOTICE'],
  ['unknown', 'NOT KNOWN HERE'],
]

const verbs: Readonly<Record<ChangeKind, string>> = {
  create: 'make',
  update: 'change',
  replace: 'replace',
  delete: 'delete',
  forget: 'forget',
}
const worstFirst: readonly ChangeKind[] = ['delete', 'replace', 'forget', 'update', 'create']

const mostAttributes = 12
/** In a terminal that is narrower than this lines break anywhere. */
const fewestColumns = 20

type Say = { readonly at: (depth: number, text: string) => string }

/** An address or an ARN may be longer than a line. */
const inPieces = (word: string, longest: number): string =>
  word.length <= longest ? word : (word.match(new RegExp(`.{1,${longest}}`, 'gu')) ?? []).join(' ')

const sayFor = (columns: number): Say => ({
  at: (depth, text) => {
    const [first, rest] = ['  '.repeat(depth), '  '.repeat(depth + 1)]
    const words = printable(text).split(/\s+/)
    return wrapWords(words.map((word) => inPieces(word, Math.max(columns, fewestColumns) - rest.length)).join(' '), {
      first,
      rest,
      columns,
    })
  },
})

const headline = ({ outcome, counts }: PlanVerdict, subject: string): string => {
  if (outcome === 'unchanged') return `${subject}: nothing would change.`
  const parts = worstFirst.flatMap((kind) => (counts[kind] === 0 ? [] : [`${counts[kind]} to ${verbs[kind]}`]))
  return `${subject}: ${parts.length === 0 ? 'only outputs would change' : parts.join(', ')}`
}

const attributeLine = ({ path, from, to, forcesReplacement }: AttributeChange): string =>
  `${path}: ${from ?? 'nothing'} → ${to ?? 'nothing'}${forcesReplacement ? ' (forces the replacement)' : ''}`

/** What forces a replacement before what only comes along. */
const attributeLines = ({ kind, attributes }: ResourceChange): readonly string[] => {
  if (kind === 'create') return []
  const forcing = attributes.filter(({ forcesReplacement }) => forcesReplacement)
  const all = [...forcing, ...attributes.filter(({ forcesReplacement }) => !forcesReplacement)]
  const left = all.length - mostAttributes
  return [...all.slice(0, mostAttributes).map(attributeLine), ...(left > 0 ? [`and ${left} more, see --json`] : [])]
}

const changeLines = (change: ResourceChange, depth: number, { at }: Say): readonly string[] => [
  at(depth, `${verbs[change.kind]} ${change.address}`),
  ...(change.reason === null ? [] : [at(depth + 1, change.reason)]),
  ...attributeLines(change).map((line) => at(depth + 1, line)),
]

/** A resource stands under the worst of its risks, with all of them. */
const riskSections = ({ risks, changes }: PlanVerdict, say: Say): readonly (readonly string[])[] => {
  const worst = new Map([...risks].reverse().map(({ address, kind }) => [address, kind]))
  return titles.flatMap(([kind, title]) => {
    const addresses = [...worst].filter(([, one]) => one === kind).map(([address]) => address)
    const ordered = [...new Set(risks.map(({ address }) => address))].filter((address) => addresses.includes(address))
    if (ordered.length === 0) return []
    const lines = ordered.flatMap((address) => {
      const change = changes.find((one) => one.address === address)
      const sentences = risks.filter((risk) => risk.address === address).map(({ what }) => say.at(2, what))
      // What is opened by another resource, as a bucket by its access block, has no change of its own.
      const [first = say.at(1, address), ...rest] = change === undefined ? [] : changeLines(change, 1, say)
      return [first, ...sentences, ...rest]
    })
    return [[title, ...lines]]
  })
}

const otherSections = ({ risks, changes }: PlanVerdict, say: Say): readonly (readonly string[])[] => {
  const risky = new Set(risks.map(({ address }) => address))
  const others = changes.filter(({ address }) => !risky.has(address))
  const changed = others.filter(({ kind }) => kind !== 'create')
  return [
    changed.length === 0 ? [] : ['OTHER CHANGES', ...changed.flatMap((change) => changeLines(change, 1, say))],
    newLines(
      others.filter(({ kind }) => kind === 'create'),
      say,
    ),
  ].filter((lines) => lines.length > 0)
}

const nameOf = ({ type, address }: ResourceChange): string =>
  address.startsWith(`${type}.`) ? address.slice(type.length + 1) : address

/** New things risk nothing: by part of the shop, one line for each type. */
const newLines = (made: readonly ResourceChange[], { at }: Say): readonly string[] => {
  if (made.length === 0) return []
  const groups = [...Map.groupBy(made, ({ group }) => group)]
    .sort(([one], [other]) => byText(one, other))
    .flatMap(([group, ofGroup]) => [
      at(1, `${group}, ${ofGroup.length}`),
      ...[...Map.groupBy(ofGroup, ({ type }) => type)].map(([type, ofType]) =>
        at(2, `${ofType.length} ${type}: ${ofType.map(nameOf).join(', ')}`),
      ),
    ])
  // A name under which something looks familiar is told even here.
  const known = made.flatMap(({ address, reason }) => (reason === null ? [] : [at(1, `${address} ${reason}`)]))
  return ['NEW', ...groups, ...known]
}

const findingLines = ({ findings, brokenWaivers }: PlanVerdict, { at }: Say): readonly (readonly string[])[] => {
  const open = findings.filter(({ waiver }) => waiver === null)
  const waived = findings.filter(({ waiver }) => waiver !== null)
  const told = ({ severity, rule, address, what, remedy }: PolicyFinding) => [
    at(1, `${severity} ${rule} ${address}`),
    at(2, what),
    at(2, `Remedy: ${remedy}.`),
  ]
  return [
    open.length === 0 ? [] : ['RULES BROKEN', ...open.flatMap(told)],
    brokenWaivers.length === 0
      ? []
      : [
          'WAIVERS THAT MUST GO',
          ...brokenWaivers.map(({ waiver: { rule, resource, until }, why }) =>
            at(1, `${rule} for ${resource} ${why === 'expired' ? `ended on ${until}` : 'covers nothing any more'}`),
          ),
        ],
    waived.length === 0
      ? []
      : [
          'WAIVED',
          ...waived.map(({ rule, address, waiver }) =>
            at(1, `${rule} ${address}, until ${waiver?.until}: ${waiver?.reason}`),
          ),
        ],
  ].filter((lines) => lines.length > 0)
}

const outputLine = ({ outputs }: PlanVerdict): string => {
  const words = { create: 'new', update: 'changed', delete: 'gone' } as const
  return `Outputs: ${outputs.map(({ name, kind }) => `${name} (${words[kind]})`).join(', ')}`
}

const driftLine = (drift: PlanViewRequest['drift']): string | null => {
  if (drift === null || drift.differences.length === 0) return null
  const count = drift.differences.length
  const exposed = drift.differences.filter(({ meaning }) => meaning === 'exposure').length
  const others = exposed === 0 ? '' : `, ${exposed} of them opened to others`
  return `Others changed something meanwhile: ${count} ${count === 1 ? 'difference' : 'differences'}${others}; see infra drift.`
}

/** For people: worst first, grouped by meaning, each resource once, and nothing of what stays as it is. */
export const planView = (verdict: PlanVerdict, { subject, drift, width }: PlanViewRequest): string => {
  const say = sayFor(width ?? 80)
  const drifted = driftLine(drift)
  const sections: readonly (readonly string[])[] = [
    [say.at(0, headline(verdict, subject))],
    ...riskSections(verdict, say),
    ...findingLines(verdict, say),
    ...otherSections(verdict, say),
    [
      ...(verdict.outputs.length === 0 ? [] : [say.at(0, outputLine(verdict))]),
      ...(drifted === null ? [] : [say.at(0, drifted)]),
    ],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

import type { Difference, DriftReport } from '../drift-report.ts'
import { type Difference as Changed, changeDifferences, isRepeatedTag, pathWords } from '../plan/attribute-changes.ts'
import { byText } from '../plan/by-text.ts'
import { changeKind } from '../plan/change-kind.ts'
import { findSecrets, showable } from '../plan/find-secrets.ts'
import { configuredAttributes, type PlannedChange, resourcesFound, type TerraformPlan } from '../plan/parse-plan.ts'
import type { StackCode } from '../plan/stack-code.ts'
import { isShownRecord, valueWords, veil } from '../plan/veil.ts'
import { bucketParts } from './bucket-parts.ts'
import { deletedMeaning, differenceMeaning } from './drift-meaning.ts'
import { foreignParts, repeatedAttributes } from './foreign-parts.ts'

type Configured = Readonly<Record<string, unknown>>

/** What AWS writes by itself, as time goes by. */
const writtenByAws: ReadonlySet<string> = new Set([
  'certificate_authority',
  'created_at',
  'engine_version_actual',
  'last_modified',
  'latest_restorable_time',
  'latest_version',
  'member_clusters',
  'modified_at',
  'platform_version',
  'replicas',
  'resources',
  'status',
  'version_id',
  'version_stages',
])

/** `scaling_config[0].desired_size`, and all below it. */
const isIgnored = (path: string, ignored: readonly string[]): boolean =>
  ignored.some((one) => one === 'all' || path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`))

/** Tags that are not in the code are taken away again: the provider owns the whole set. */
const isManaged = (first: string, configured: Configured): boolean =>
  first === 'tags' || first === 'tags_all' || first in configured

const putBack = '`infra up` puts it back'
const notSet = 'not set in the code: `infra plan` says whether `infra up` puts it back, else put it back by hand'

const rank: readonly Difference['meaning'][] = ['exposure', 'data-loss', 'outage', 'other']

/** In place of a resource that is gone: what the code wanted of it. */
const expectedOf = ({ change }: PlannedChange, configured: Configured): string | null => {
  const before = veil(change.before, { sensitive: change.before_sensitive, unknown: undefined })
  if (!isShownRecord(before)) return null
  return valueWords(Object.fromEntries(Object.entries(before).filter(([name]) => name in configured)))
}

type Context = { readonly code: StackCode; readonly configured: Configured; readonly told: ReadonlySet<string> }

const isDrift = (change: Changed, all: readonly Changed[], { configured, told }: Context): boolean => {
  const first = String(change.path[0] ?? '')
  if (isRepeatedTag(change, all)) return false
  return first in configured || !(writtenByAws.has(first) || told.has(first))
}

const ofResource = (resource: PlannedChange, context: Context): readonly Difference[] => {
  const { address } = resource
  const { code, configured } = context
  const plain = { address, by: null }
  if (changeKind(resource) === 'delete') {
    const expected = expectedOf(resource, configured)
    const meaning = deletedMeaning(resource.type)
    return [{ ...plain, kind: 'deleted', attribute: null, expected, found: null, meaning, remedy: putBack }]
  }
  const all = changeDifferences(resource)
  const ignored = code.get(address)?.ignoreChanges ?? []
  return all
    .filter((change) => isDrift(change, all, context) && !isIgnored(pathWords(change.path), ignored))
    .map((change) => ({
      ...plain,
      kind: 'changed',
      attribute: pathWords(change.path),
      expected: valueWords(change.from),
      found: valueWords(change.to),
      meaning: differenceMeaning(resource, { change, configured }),
      remedy: isManaged(String(change.path[0] ?? ''), configured) ? putBack : notSet,
    }))
}

/**
 * What AWS has and the code has not, from a refresh-only plan: Terraform's list of changes less what is no difference
 * (ignored, empty for null, told by another resource), and what others put into our resources. Exposure first. Who did it,
 * and what is ours but in no state, only AWS can tell: the flow adds those.
 */
export const driftReport = (plan: TerraformPlan, code: StackCode): DriftReport => {
  const configured = configuredAttributes(plan)
  const found = resourcesFound(plan)
  const show = showable(findSecrets(plan))
  const changed = plan.resource_drift
    .filter((resource) => changeKind(resource) !== null)
    .flatMap((resource) => {
      const own = configured.get(resource.address) ?? {}
      const told = new Set([...repeatedAttributes(resource.type), ...bucketParts(resource, found)])
      return ofResource(resource, { code, configured: own, told })
    })
  const foreign = foreignParts(plan).map(
    ({ address, attribute, found: words, command, meaning }): Difference => ({
      address,
      kind: 'changed',
      attribute,
      expected: null,
      found: words,
      meaning,
      remedy: 'not managed here: remove it, or write it into stacks/',
      command,
      by: null,
    }),
  )
  const differences = [...changed, ...foreign]
    .map((one) => ({
      ...one,
      expected: one.expected === null ? null : show(one.expected),
      found: one.found === null ? null : show(one.found),
    }))
    .sort(
      (one, other) =>
        rank.indexOf(one.meaning) - rank.indexOf(other.meaning) ||
        byText(one.address, other.address) ||
        byText(one.attribute ?? '', other.attribute ?? ''),
    )
  return { outcome: differences.length === 0 ? 'none' : 'drift', differences, untracked: [] }
}

import { changeKind } from './change-kind.ts'
import type { PlannedChange } from './parse-plan.ts'
import { isEmpty, isSame, isShownList, isShownRecord, type Shown, Veiled, veil } from './veil.ts'

/** What is known only after apply agrees with anything. */
const agrees = (before: Shown, after: Shown): boolean => {
  if (after instanceof Veiled && after.words === '(known after apply)') return true
  if (isShownRecord(after) && isShownRecord(before)) {
    return Object.entries(after).every(([key, value]) => agrees(before[key] ?? null, value))
  }
  if (isShownList(after) && isShownList(before) && !isEmpty(after)) {
    return after.length === before.length && after.every((each, index) => agrees(before[index] ?? null, each))
  }
  return isSame(before, after)
}

const before = ({ change }: PlannedChange): Shown =>
  veil(change.before, { sensitive: change.before_sensitive, unknown: undefined })
const after = ({ change }: PlannedChange): Shown =>
  veil(change.after, { sensitive: change.after_sensitive, unknown: change.after_unknown })

/**
 * Pairs of address: what would be deleted, and what of the same type would be made with the same values. That is what
 * a rename in the code looks like, and a `moved` block keeps the resource instead.
 */
export const findRenames = (changes: readonly PlannedChange[]): ReadonlyMap<string, string> => {
  const taken = new Set<string>()
  const made = changes.filter((change) => changeKind(change) === 'create')
  return new Map(
    changes
      .filter((change) => changeKind(change) === 'delete')
      .flatMap((gone) => {
        const twin = made.find(
          (one) => one.type === gone.type && !taken.has(one.address) && agrees(before(gone), after(one)),
        )
        if (twin === undefined) return []
        taken.add(twin.address)
        return [[gone.address, twin.address] as const]
      }),
  )
}

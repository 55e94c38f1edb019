import type { ChangeKind } from '../plan-verdict.ts'
import type { PlannedChange } from './parse-plan.ts'

/** Null for what changes nothing. */
export const changeKind = ({ mode, change: { actions } }: PlannedChange): ChangeKind | null => {
  if (mode === 'data') return null
  if (actions.includes('create')) return actions.length > 1 ? 'replace' : 'create'
  if (actions.includes('delete')) return 'delete'
  if (actions.includes('forget')) return 'forget'
  return actions.includes('update') ? 'update' : null
}

import { pathWords } from './attribute-changes.ts'
import type { PlannedChange } from './parse-plan.ts'

const reasons: Readonly<Record<string, string>> = {
  replace_because_tainted: 'an earlier run left it half made',
  replace_by_request: 'a replacement was asked for',
  replace_by_triggers: 'something that it follows changes',
  delete_because_no_resource_config: 'its block is not in the code any more',
  delete_because_no_module: 'its module is not in the code any more',
  delete_because_no_move_target: 'the code moves it to where nothing is',
  delete_because_wrong_repetition: 'the code makes another number of it',
  delete_because_count_index: 'the code makes fewer of it',
  delete_because_each_key: 'the code does not list it any more',
}

/** The attributes that force a replacement; empty where none does. */
export const forcingPaths = ({ change }: PlannedChange): readonly string[] =>
  (change.replace_paths ?? []).map(pathWords)

/** Terraform's reason in words. A reason of tomorrow is told as Terraform spells it. */
export const changeReason = (resource: PlannedChange): string | null => {
  const { action_reason: reason, change } = resource
  if (change.actions.includes('forget')) return 'it leaves the state, and AWS keeps it'
  const paths = forcingPaths(resource)
  if (reason === 'replace_because_cannot_update' && paths.length > 0) {
    return `AWS cannot change ${paths.join(', ')} of one that exists`
  }
  if (reason === null || reason === undefined) return null
  return reasons[reason] ?? reason.replaceAll('_', ' ')
}

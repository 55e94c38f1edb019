/** Who holds the lock of a state, as Terraform wrote it into the lock. */
export type LockHolder = {
  readonly id: string
  /** `OperationTypeApply` */
  readonly operation: string
  /** `root@host` */
  readonly who: string
  readonly created: Date | null
}

const field = (text: string, name: string): string =>
  new RegExp(`^\\s*${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(text)?.[1] ?? ''

/** `2026-11-22 20:43:41.783971634 +0000 UTC`, as Go prints a time. */
const parseGoTime = (text: string): Date | null => {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? \+0000 UTC$/.exec(text) ?? []
  return day === undefined || time === undefined ? null : new Date(`${day}T${time}Z`)
}

/** Out of the `Lock Info` of a diagnostic's detail; null where it names no holder. */
export const parseLockHolder = (detail: string): LockHolder | null => {
  const id = field(detail, 'ID')
  if (id === '') return null
  return {
    id,
    operation: field(detail, 'Operation'),
    who: field(detail, 'Who') || 'somebody',
    created: parseGoTime(field(detail, 'Created')),
  }
}

const operations: Readonly<Record<string, string>> = {
  OperationTypeApply: 'applying',
  OperationTypePlan: 'planning',
  OperationTypeRefresh: 'refreshing',
}

const minute = 60_000

export const heldMinutes = ({ created }: LockHolder, now: Date): number | null =>
  created === null ? null : Math.max(0, Math.floor((now.getTime() - created.getTime()) / minute))

/** `root@host has been applying since 2026-11-22 20:43 UTC (4 min)` */
export const holderInWords = (holder: LockHolder, now: Date): string => {
  const doing = operations[holder.operation] ?? `at ${holder.operation || 'work'}`
  const minutes = heldMinutes(holder, now)
  if (holder.created === null || minutes === null) return `${holder.who} is ${doing}`
  const since = holder.created.toISOString().slice(0, 16).replace('T', ' ')
  return `${holder.who} has been ${doing} since ${since} UTC (${minutes} min)`
}

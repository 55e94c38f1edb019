import type { StackStatus, StatusResult } from '../../flows/infra/status.ts'
import { renderTable } from '../table.ts'
import { ageInWords } from '../words-for-time.ts'

const lastInWords = ({ last, unfinished }: StackStatus, now: Date): string => {
  if (last === null) return '-'
  const when = ageInWords(last.finishedAt ?? last.startedAt, now)
  const outcome = unfinished ? 'killed' : last.outcome
  const commit = last.commit === null ? '' : `, ${last.commit.sha.slice(0, 7)}${last.commit.dirty ? '+' : ''}`
  return `${last.verb} by ${last.who}${commit}, ${when}: ${outcome}`
}

const driftInWords = ({ drift }: StackStatus, now: Date): string =>
  drift === null ? 'never looked' : `${drift.differences} (${ageInWords(drift.checkedAt, now)})`

const holders = ({ stack, lock, terraformLock }: StackStatus, now: Date): readonly string[] => [
  ...(lock === null
    ? []
    : [`${stack} is being changed by ${lock.holder}, ${ageInWords(lock.since, now)}: ${lock.reason}`]),
  ...(terraformLock === null
    ? []
    : [
        `Terraform's lock on ${stack}: ${terraformLock.who}, ${terraformLock.operation}, ${ageInWords(terraformLock.since, now)}, id ${terraformLock.id}`,
      ]),
]

const versionLine = ({ what, version, supportedUntil, daysLeft }: StatusResult['versions'][number]): string =>
  `${what} ${version} is supported until ${supportedUntil}${daysLeft < 0 ? ': over' : ` (${daysLeft} days)`}`

/** What is built and who builds at it now, one line a stack. */
export const infraStatusView = (
  result: StatusResult,
  { now, width }: { readonly now: Date; readonly width: number | null },
): string => {
  const { environment, installation, account, region, bucket, stacks, versions } = result
  const where = `${environment} stands on ${installation}: account ${account}, ${region}`
  if (bucket.standing === 'missing') return `${where}\nThere is no bucket ${bucket.name}: nothing was ever built.`
  if (bucket.standing === 'foreign') return `${where}\nThe bucket ${bucket.name} is not open to you.`
  const table = renderTable({
    columns: [
      { title: 'STACK', value: ({ stack }) => stack },
      { title: 'RESOURCES', value: ({ resources }) => (resources === null ? '-' : String(resources)), align: 'right' },
      { title: 'DRIFT', value: (stack) => driftInWords(stack, now) },
      { title: 'LAST CHANGE', value: (stack) => lastInWords(stack, now) },
    ],
    rows: stacks,
    width,
  })
  const held = stacks.flatMap((stack) => holders(stack, now))
  return [where, '', table, ...(held.length > 0 ? ['', ...held] : []), '', ...versions.map(versionLine)].join('\n')
}

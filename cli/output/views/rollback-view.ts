import type { RollbackPlan, RollbackResult } from '../../flows/rollback.ts'
import { renderTable } from '../table.ts'
import { shortDigest } from './release-words.ts'

/** Both sides, line by line: what a person reads before saying yes. */
export const rollbackPlanView = ({ comparison }: RollbackPlan, width: number | null): string => {
  const { from, to, services, migrationsBetween } = comparison
  const facts = [
    ['release', from.release, to.release],
    ['commit', from.commit?.slice(0, 12), to.commit?.slice(0, 12)],
    ['subject', from.subject, to.subject],
    ['author', from.author, to.author],
    ['released by', from.who, to.who],
    ['finished', from.age, to.age],
    ...services.flatMap(({ service, digest, settings }) => [
      [service, shortDigest(digest.from), shortDigest(digest.to)],
      ...(settings === 'changed' ? [[`${service} settings`, 'differ', 'differ']] : []),
    ]),
  ].map(([what, now, then]) => ({ what: String(what), here: String(now ?? '-'), there: String(then ?? '-') }))
  const table = renderTable({
    columns: [
      { title: '', value: ({ what }) => what },
      { title: 'NOW', value: ({ here }) => here },
      { title: 'BACK TO', value: ({ there }) => there },
    ],
    rows: facts,
    width,
  })
  const migrations = migrationsBetween.map(
    ({ service, name, reversible }) => `  ${service} ${name}${reversible ? '' : ' (cannot be undone)'}`,
  )
  return migrations.length === 0 ? table : `${table}\n\nMigrations between, which stay:\n${migrations.join('\n')}`
}

export const rollbackView = (result: RollbackResult, environment: string): string => {
  if (result.outcome === 'nothing-to-take-back') return nothingView(result.why, { ...result, environment })
  const { plan, release } = result
  if (release === null) return ''
  if (release.number === plan.target.number) return `${environment} is back on release ${release.number}.`
  return `${environment} is back on what release ${plan.target.number} was, as release ${release.number}.`
}

const nothingView = (
  why: string,
  { release, environment }: { readonly release: RollbackResult['release']; readonly environment: string },
): string => {
  const stays = release === null ? '' : `; ${environment} stays on release ${release.number}`
  return `Nothing was taken back: ${why}${stays}.`
}

import type { Judgement } from '../../../loadtest/engine/objectives/judgement.ts'
import type { KeptRun } from '../../../loadtest/report/kept-run.ts'
import { renderReport } from '../../../loadtest/report/render-report.ts'
import { writeFileAtomically } from '../../platforms/write-file-atomically.ts'

export type KeptFiles = {
  /** The run itself, for `loadtest report` and `compare`. */
  readonly result: string
  /** One page for people. */
  readonly report: string
}

/** Both beside each other, under one name. */
export const filesOf = (result: string): KeptFiles => ({ result, report: `${result.replace(/\.json$/, '')}.html` })

export const keepRun = async ({ result, report }: KeptFiles, run: KeptRun): Promise<void> => {
  await writeFileAtomically(result, `${JSON.stringify(run)}\n`)
  await writeFileAtomically(report, renderReport(run))
}

/** Missed is worse than unknown: something was seen. */
export const verdictOf = (judgements: readonly Pick<Judgement, 'verdict'>[]): Judgement['verdict'] => {
  if (judgements.some(({ verdict }) => verdict === 'missed')) return 'missed'
  return judgements.every(({ verdict }) => verdict === 'met') ? 'met' : 'unknown'
}

import type { Judgement } from '../../../loadtest/engine/objectives/judgement.ts'
import type { KeptRun } from '../../../loadtest/report/kept-run.ts'
import { renderReport } from '../../../loadtest/report/render-report.ts'
import { runVerdict } from '../../../loadtest/report/run-verdict.ts'
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

/** Of the one rule that the page's words come from too: what ended early or is invalid has neither met nor missed anything. */
export const verdictOf = (run: KeptRun): Judgement['verdict'] => verdicts[runVerdict(run).state]

const verdicts = { invalid: 'unknown', partial: 'unknown', missed: 'missed', unknown: 'unknown', met: 'met' } as const

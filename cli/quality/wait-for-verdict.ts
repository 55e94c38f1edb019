import { z } from 'zod'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { askUntil, type Settled, type SonarWait } from './ask-until.ts'
import { projectStatusSchema, type QualityVerdict, qualityVerdict } from './quality-verdict.ts'
import type { ReportTask } from './report-task.ts'

/** The answer of api/ce/task: what became of the analysis that the scanner sent. */
const taskSchema = z.object({
  task: z.object({
    status: z.enum(['PENDING', 'IN_PROGRESS', 'SUCCESS', 'FAILED', 'CANCELED']),
    analysisId: z.string().optional(),
    errorMessage: z.string().optional(),
  }),
})

const notTakenIn = (why: string, { dashboardUrl }: ReportTask): ShopctlError =>
  new ShopctlError({
    code: 'ANALYSIS_FAILED',
    outcome: 'unknown',
    what: 'SonarQube did not take in the analysis, so that there is no verdict on it.',
    why: [why, dashboardUrl],
    fix: [toType('quality scan')],
  })

const settleTask =
  (task: ReportTask) =>
  ({ task: { status, analysisId, errorMessage } }: z.infer<typeof taskSchema>): Settled<string> => {
    if (status === 'PENDING' || status === 'IN_PROGRESS') return { waitsFor: `The analysis is ${status}.` }
    if (status === 'SUCCESS' && analysisId !== undefined) return { done: analysisId }
    throw notTakenIn(errorMessage ?? `The analysis is ${status}.`, task)
  }

/** Waits until the server has taken in the analysis, then asks what its gate says of it. */
export const waitForVerdict = async (task: ReportTask, wait: SonarWait): Promise<QualityVerdict> => {
  const taskPath = `api/ce/task?id=${encodeURIComponent(task.ceTaskId)}`
  const analysis = await askUntil({ path: taskPath, schema: taskSchema }, { settle: settleTask(task), wait })
  const statusPath = `api/qualitygates/project_status?analysisId=${encodeURIComponent(analysis)}`
  const settle = (answer: z.infer<typeof projectStatusSchema>) => ({ done: qualityVerdict(answer) })
  return askUntil({ path: statusPath, schema: projectStatusSchema }, { settle, wait })
}

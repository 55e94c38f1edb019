import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { EventBody } from '../../output/events.ts'
import { ageInWords } from '../../output/words-for-time.ts'
import { stepTitles } from '../steps.ts'
import type { StepEnd, UpMeans, UpRequest } from './up-means.ts'
import type { UpRecord } from './up-record.ts'
import type { UpReport, UpStep } from './up-report.ts'

export type OpenUpRecord = {
  begin(step: UpStep): Promise<void>
  end(step: UpStep, end: StepEnd): Promise<void>
  /** The step that was begun, and with it the run. */
  fail(error: unknown): Promise<void>
  close(): Promise<void>
}

type Step = UpRecord['steps'][number]

const notKept = (error: unknown): EventBody => ({
  type: 'warning',
  message: `How far this up came is not kept any more: ${error instanceof Error ? error.message : String(error)}`,
  fix: error instanceof ShopctlError ? [...error.fix] : [],
})

/**
 * Kept after every step, so that also whoever kills it leaves where it stood. A dry run keeps nothing. Throws
 * STATE_NOT_WRITABLE (refused) at the first step alone: later it would hide how the way itself ended.
 */
export const openUpRecord = (mode: UpRequest['mode'], means: UpMeans): OpenUpRecord => {
  const { facts, who, now, record: store, reporter } = means
  let keeping: 'not-tried' | 'kept' | 'warned' = 'not-tried'
  let record: UpRecord = {
    schema: 'shopctl.up-record/1',
    environment: facts.name,
    who,
    startedAt: now().toISOString(),
    state: 'going-on',
    code: null,
    steps: [],
  }
  const keep = async (part: Partial<UpRecord>): Promise<void> => {
    record = { ...record, ...part }
    if (mode === 'dry-run') return
    if (keeping === 'not-tried') {
      await store.keep(record)
      keeping = 'kept'
      return
    }
    await store.keep(record).catch((error: unknown) => {
      if (keeping === 'kept') reporter.emit(notKept(error))
      keeping = 'warned'
    })
  }
  const withLast = (end: Pick<Step, 'step' | 'state' | 'detail'>): readonly Step[] => [
    ...record.steps.filter(({ step }) => step !== end.step),
    { ...end, at: now().toISOString() },
  ]
  return {
    begin: (step) => keep({ steps: withLast({ step, state: 'begun', detail: '' }) }),
    end: (step, { state, detail }) => keep({ steps: withLast({ step, state, detail }) }),
    async fail(error) {
      const state = error instanceof ShopctlError && error.outcome === 'interrupted' ? 'interrupted' : 'failed'
      const code = error instanceof ShopctlError ? error.code : null
      const detail = error instanceof Error ? error.message : String(error)
      const begun = record.steps.findLast((step) => step.state === 'begun')
      await keep({
        state,
        code,
        ...(begun === undefined ? {} : { steps: withLast({ step: begun.step, state, detail }) }),
      })
    },
    close: () => keep({ state: 'done' }),
  }
}

const standing = { failed: 'failed', interrupted: 'was interrupted', 'going-on': 'had not come further' } as const

/** Tells of an earlier run that did not come to its end. */
export const readEarlier = async ({ record: store, reporter, now }: UpMeans): Promise<UpReport['resumed']> => {
  const earlier = await store.read()
  if (earlier === null || earlier.state === 'done') return null
  const { who, startedAt, state, code, steps } = earlier
  const last = steps.findLast((step) => ['begun', 'failed', 'interrupted'].includes(step.state)) ?? steps.at(-1)
  const at = last === undefined ? 'before its first step' : `at "${stepTitles[last.step]}"`
  const message = `The up that ${who} began ${ageInWords(startedAt, now())} ${standing[state]} ${at}${code === null ? '' : ` (${code})`}. Each step is looked at again; what is done is found done.`
  reporter.emit({ type: 'notice', message })
  return { who, startedAt, stoppedAt: last?.step ?? null, code }
}

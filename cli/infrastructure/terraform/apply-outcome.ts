import type { ApplyOutcome, Diagnostic } from '../terraform.ts'
import { diagnosticWords } from './diagnostic-words.ts'
import { inState, type TaskList } from './task-list.ts'

/** Terraform's fixed words for what an interrupt did; they are no reason of anything. */
const ofInterrupt: ReadonlySet<string> = new Set(['execution halted', 'operation canceled'])

const isReason = ({ severity, summary }: Diagnostic): boolean => severity === 'error' && !ofInterrupt.has(summary)

const noReason = 'Terraform gave no reason'

type Ending = { readonly exitCode: number; readonly logFile: string }

/**
 * What an apply did. `apply_errored` carries no reason: it comes at the end of the run as a diagnostic with the same
 * address, or with none. A failing run also prints a summary, so success is the exit code and no error diagnostic.
 */
export const applyOutcome = (list: TaskList, { exitCode, logFile }: Ending): ApplyOutcome => {
  const reasons = list.diagnostics.filter(isReason)
  const hasErrors = list.diagnostics.some(({ severity }) => severity === 'error')
  const tasks = inState(list, 'failed').map(({ address }) => {
    const told = reasons.filter((reason) => reason.address === address).map(diagnosticWords)
    return { address, why: told.length === 0 ? noReason : told.join('; ') }
  })
  const known = new Set([...tasks, ...inState(list, 'stopped')].map(({ address }) => address))
  const others = reasons
    .filter(({ address }) => address === null || !known.has(address))
    .map((reason) => ({ address: reason.address ?? 'terraform', why: diagnosticWords(reason) }))
  const isDone = exitCode === 0 && !hasErrors
  return {
    outcome: isDone ? 'done' : list.interrupted ? 'interrupted' : 'failed',
    done: inState(list, 'done').map(({ address }) => address),
    tainted: inState(list, 'stopped', 'running').map(({ address }) => address),
    notBegun: inState(list, 'waiting').map(({ address }) => address),
    failed: [...tasks, ...others],
    logFile,
  }
}

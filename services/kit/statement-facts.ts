import { statementNames } from './statement-names.ts'

const operations = ['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback'] as const
/** Of the metrics' label. */
export const statementOperations = [...operations, 'other'] as const

export type StatementFacts = {
  /** Undefined: not to be prepared. */
  readonly name: string | undefined
  readonly operation: (typeof statementOperations)[number]
  /** Which shared connections may carry it; null: none, it changes or needs the session. */
  readonly lane: 'read' | 'write' | null
  /** Whether rows may be different afterwards. */
  readonly writes: boolean
}

const knownAtMost = 1_000

/** What there is to know of a statement from its text alone, looked at once. */
export function statementFacts(): (statement: string) => StatementFacts {
  const nameOf = statementNames()
  const known = new Map<string, StatementFacts>()
  return (statement) => {
    const seen = known.get(statement)
    if (seen !== undefined) return seen
    const operation = operationOf(statement)
    const writes = mayWrite(statement, operation)
    const facts = { name: nameOf(statement), operation, lane: laneOf(statement, { operation, writes }), writes }
    if (known.size < knownAtMost) known.set(statement, facts)
    return facts
  }
}

function operationOf(statement: string): StatementFacts['operation'] {
  const word = /^\s*(\w+)/.exec(statement)?.[1]?.toLowerCase()
  return operations.find((operation) => operation === word) ?? 'other'
}

/** What locks rows, or calls for the session, waits or leaves something behind: reads must not queue up after it. */
const locking = /\bfor\s+(no\s+key\s+)?(update|share|key\s+share)\b/i
const ofSession = /\bpg_(try_)?advisory_(?!xact)|\bset_config\s*\(|\bcurrval\s*\(/i

/** Functions of migrations that write, however the statement begins that calls them; none else is volatile. */
export const writingFunctions = ['append_event', 'request_mail', 'recycle_bus_segments'] as const
const callsWriting = new RegExp(`\\b(${writingFunctions.join('|')})\\s*\\(`, 'i')

function mayWrite(statement: string, operation: string): boolean {
  if (callsWriting.test(statement)) return true
  if (operation === 'with') return /\b(insert|update|delete|merge)\b/i.test(statement)
  return operation === 'insert' || operation === 'update' || operation === 'delete'
}

type Looked = { readonly operation: string; readonly writes: boolean }

function laneOf(statement: string, { operation, writes }: Looked): StatementFacts['lane'] {
  if (ofSession.test(statement)) return null
  if (writes) return 'write'
  if (operation !== 'select' && operation !== 'with') return null
  return locking.test(statement) ? 'write' : 'read'
}

import { databaseFault } from './database-faults.ts'
import type { Problem } from './problems.ts'

/** What a violated constraint means to a client, by the constraint's name. */
export type ConstraintProblems = Readonly<Record<string, () => Problem>>

/** For `.catch()`: throws the problem of the violated constraint; what the table does not name is thrown on as it is. */
export function refuseByConstraint(problemsByName: ConstraintProblems): (error: unknown) => never {
  return (error) => {
    const fault = databaseFault(error)
    const problem = fault?.kind === 'constraint' ? problemsByName[fault.constraint]?.() : undefined
    throw problem ?? error
  }
}

import { databaseFault } from '../../kit/database-faults.ts'
import { Problem } from '../../kit/problems.ts'
import { catalogProblems } from '../problems.ts'

/** For `.catch()` of a statement that locks stock: a lock that was not to be had in time is `inventory/busy`. */
export function inventoryBusy(error: unknown): never {
  const fault = databaseFault(error)
  if (fault?.kind !== 'busy') throw error
  throw new Problem(catalogProblems.busy, {
    headers: { 'Retry-After': String(fault.retryAfterSeconds) },
    cause: error,
  })
}

import type { ConstraintProblems } from '../kit/constraint-problems.ts'
import { Problem } from '../kit/problems.ts'
import { usersProblems } from './problems.ts'

/** What the database refuses to whoever takes an admin away. */
export const adminRefusals: ConstraintProblems = {
  users_last_admin: () => new Problem(usersProblems.lastAdmin),
}

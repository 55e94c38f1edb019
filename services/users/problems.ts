import type { ProblemKind } from '../kit/problems.ts'

/** What only this service answers. A code never changes its meaning. */
export const usersProblems = {
  credentialsWrong: {
    code: 'auth/credentials-wrong',
    status: 401,
    title: 'The address or the password is wrong, or the address is not verified yet',
  },
} as const satisfies Record<string, ProblemKind>

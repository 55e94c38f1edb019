import type { ProblemKind } from '../kit/problems.ts'

/** What only this service answers. A code never changes its meaning. */
export const usersProblems = {
  credentialsWrong: {
    code: 'auth/credentials-wrong',
    status: 401,
    title:
      'The address or the password is wrong, or the address is not verified yet: ' +
      'POST /api/v1/auth/resend-verification mails a new link',
  },
  refreshInvalid: {
    code: 'auth/refresh-invalid',
    status: 401,
    title: 'The refresh token is not valid: log in again',
  },
  refreshSuperseded: {
    code: 'auth/refresh-superseded',
    status: 409,
    title: 'The refresh token was replaced, and its successor is in use already',
  },
  tokenInvalid: {
    code: 'auth/token-invalid',
    status: 400,
    title: 'The link is unknown, used or over',
  },
  tooManyAttempts: {
    code: 'auth/too-many-attempts',
    status: 429,
    title: 'Too many wrong passwords for this address',
  },
  currentPasswordWrong: {
    code: 'auth/current-password-wrong',
    status: 422,
    title: 'The current password is wrong',
  },
  lastAdmin: { code: 'users/last-admin', status: 409, title: 'The last active admin stays one' },
  closed: { code: 'users/closed', status: 409, title: 'The account is closed' },
} as const satisfies Record<string, ProblemKind>

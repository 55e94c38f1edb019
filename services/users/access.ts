import { type AccessTable, admins, services, users } from '../kit/access.ts'

/** Who may call what. `../testing/role-matrix.integration.test.ts` calls each as every role. */
export const usersAccess = {
  register: 'anyone',
  login: 'anyone',
  refresh: 'anyone',
  verifyEmail: 'anyone',
  resendVerification: 'anyone',
  forgotPassword: 'anyone',
  resetPassword: 'anyone',
  getKeySet: 'anyone',
  logout: users,
  listOwnSessions: users,
  endOwnSession: users,
  getOwnProfile: users,
  changeOwnProfile: users,
  closeOwnAccount: users,
  changePassword: users,
  listUsers: admins,
  getUser: admins,
  setUserRole: admins,
  setUserStatus: admins,
  // By a client's id and secret, which the operation checks itself.
  issueServiceToken: 'anyone',
  getSession: services('sessions:read'),
  getUserContact: services('users:contact'),
} as const satisfies AccessTable

export type UsersAccess = typeof usersAccess

/**
 * Two groups hold the rights, and each has two logins. A rotation gives the login that is not in use a new password
 * and makes it current, so that the login which running pods have stays good until the rotation after.
 */
export type DatabaseRoles = { readonly database: string; readonly owner: string; readonly app: string }

export const databaseRoles = (database: string): DatabaseRoles => ({
  database,
  owner: `${database}_owner`,
  app: `${database}_app`,
})

/** `users_app_a` → `users_app_b` and back; whatever else was there: `users_app_a`. */
export const otherLogin = (group: string, login: string | undefined): string =>
  login === `${group}_a` ? `${group}_b` : `${group}_a`

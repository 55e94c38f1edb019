import type { Role } from './principal.ts'

/** What a service token must name to be let in. */
export type Scope = `${string}:${string}`

/** Whoever is signed in but not listed gets 403, nobody at all 401. */
export type SignedInRule = {
  readonly roles: readonly Role[]
  /** A service token with this scope is let in as well; null: no service is. */
  readonly scope: Scope | null
  /** Of a user: the address must be verified, else 403 `auth/email-not-verified`. */
  readonly verifiedEmail?: true
}

/** Who may call an operation. `anyone`: a token, if there is one, is not looked at. */
export type AccessRule = 'anyone' | SignedInRule

/**
 * Every operation of a service by its operationId: `users/access.ts`, `catalog/access.ts`, `orders/access.ts`. The
 * guard enforces it, the API document shows it, and the role matrix of the tests iterates it.
 */
export type AccessTable = Readonly<Record<string, AccessRule>>

/** Who is signed in, whatever the role. */
export const users = { roles: ['user', 'admin'], scope: null } as const satisfies AccessRule
export const verifiedUsers = { ...users, verifiedEmail: true } as const satisfies AccessRule
export const admins = { roles: ['admin'], scope: null } as const satisfies AccessRule

export function services<Name extends Scope>(scope: Name) {
  return { roles: [], scope } as const satisfies AccessRule
}

export function usersAndServices<Name extends Scope>(scope: Name) {
  return { roles: ['user', 'admin'], scope } as const satisfies AccessRule
}

export function adminsAndServices<Name extends Scope>(scope: Name) {
  return { roles: ['admin'], scope } as const satisfies AccessRule
}

/** The names of the operations that are for anyone. */
export type OpenOperation<Table extends AccessTable> = {
  [Name in keyof Table]: Table[Name] extends 'anyone' ? Name & string : never
}[keyof Table]

/** The names of the operations that only people may call. */
export type UserOperation<Table extends AccessTable> = {
  [Name in keyof Table]: Table[Name] extends { readonly scope: null } ? Name & string : never
}[keyof Table]

/** The names of the operations that a service may call. */
export type CallerOperation<Table extends AccessTable> = {
  [Name in keyof Table]: Table[Name] extends { readonly scope: Scope } ? Name & string : never
}[keyof Table]

export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]

/** A person, as their access token says. */
export type UserPrincipal = {
  readonly kind: 'user'
  readonly userId: string
  readonly sessionId: string
  readonly role: Role
  readonly emailVerified: boolean
}

/** Another service, as its service token says. */
export type ServicePrincipal = {
  readonly kind: 'service'
  /** `order-management` */
  readonly clientId: string
  readonly scopes: readonly string[]
}

/** Who calls. */
export type Principal = UserPrincipal | ServicePrincipal

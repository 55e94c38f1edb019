import type { Caller, Person } from './callers.ts'
import type { Shop } from './shop.ts'

export type Ask = {
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What the acceptance table says of one operation, and how to ask for it so that nothing but the role is in the way. */
export type Row = {
  readonly anon: number
  readonly user: number
  readonly admin: number
  /** With the operation's scope, where it has one; with another scope it is 403 unless anyone may. */
  readonly service: number
  /** A second user on what belongs to the first; left out where nothing does. */
  readonly foreign?: number
  /** Makes what the request is about anew, so that one cell cannot spoil the next. `owner` is who asks, where it is a person. */
  ask(world: World, owner: Person): Promise<Ask> | Ask
}

/** By method and path template, as the document has them. */
export type RoleMatrix = Readonly<Record<string, Row>>

export type World = {
  readonly shop: Shop
  readonly admin: Person
  /** A product with its tag. */
  product(): Promise<{ readonly id: string; readonly tag: string }>
  category(): Promise<{ readonly id: string; readonly tag: string }>
  /** A product of which so many can be had. */
  stocked(quantity: number): Promise<string>
  send(service: keyof Shop['services'], request: Sent): Promise<Answer>
}

export type Sent = Ask & { readonly method: string; readonly as: Caller }
export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

export const forAnyone = (status: number) => ({ anon: status, user: status, admin: status, service: status }) as const
export const forUsers = (status: number) => ({ anon: 401, user: status, admin: status, service: 403 }) as const
export const forAdmins = (status: number) => ({ anon: 401, user: 403, admin: status, service: 403 }) as const
export const forServices = (status: number) => ({ anon: 401, user: 403, admin: 403, service: status }) as const

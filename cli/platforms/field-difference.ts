/** One field of one object that is not as it is recorded or wanted. Values of secrets are never told. */
export type FieldDifference = {
  readonly object: string
  readonly path: string
  readonly from: string | null
  readonly to: string | null
  /** Who has changed it, where the platform knows. */
  readonly by: string | null
}

/** What is known of a secret without its value. Moments are ISO 8601. */
export type VaultSecret = {
  readonly name: string
  readonly arn: string
  /** Version id → staging labels: `AWSCURRENT`, `AWSPREVIOUS`, `AWSPENDING`. */
  readonly versions: Readonly<Record<string, readonly string[]>>
  readonly created: string | null
  readonly changed: string | null
  readonly rotated: string | null
  /** ARN of the function that rotates it; null where nobody does. */
  readonly rotatedBy: string | null
}

export type VaultValue = { readonly text: string; readonly version: string }

export type NewSecret = {
  readonly name: string
  readonly description: string
  /** Key alias or ARN; null for the account's own. */
  readonly key: string | null
  readonly tags: Readonly<Record<string, string>>
}

export type RotationStart = {
  readonly name: string
  /** Becomes the id of the version that is made. */
  readonly token: string
  /** For a secret that Terraform does not know: who rotates it, and how often. */
  readonly by: { readonly function: string; readonly everyDays: number } | null
}

/**
 * Secrets Manager as shopctl uses it. Every method throws AWS_NOT_LOGGED_IN or AWS_FORBIDDEN (refused), AWS_UNREACHABLE
 * (unknown), or INTERRUPTED; none of them ever says a value.
 */
export interface SecretVault {
  /** Null where there is none, or it is being deleted. */
  describe(name: string): Promise<VaultSecret | null>
  /** The current value; null where there is no secret or no value. */
  read(name: string): Promise<VaultValue | null>
  /** Makes it without a value. One that is there already is no failure: somebody else was first. */
  create(secret: NewSecret): Promise<void>
  /** The first value, of however many callers the first one's. False where there was one already. */
  putFirst(secret: Pick<VaultSecret, 'name' | 'arn'>, text: string): Promise<boolean>
  /** Another value in place of the one that was read. False where somebody has put another one meanwhile. */
  replace(name: string, text: string, replaces: VaultValue): Promise<boolean>
  /** Asks the function to rotate. `under-way` where a rotation before this one has not ended; AWS tries that again. */
  rotate(start: RotationStart): Promise<'asked' | 'under-way'>
  /** For good and at once, value and all. One that is not there is no failure. */
  remove(name: string): Promise<void>
  close(): void
}

import type { SecretVersions } from './secret-versions.ts'

/** What one kind of secret does in the steps of a rotation. Each may run twice, and again after a crash. */
export type Rotation = {
  /** The next value. Nothing uses it yet. */
  create(versions: SecretVersions): Promise<string>
  /** Makes the server accept the next value; the current one stays good. */
  set(pending: string, versions: SecretVersions): Promise<void>
  /** Throws where the next value does not work. */
  test(pending: string, versions: SecretVersions): Promise<void>
}

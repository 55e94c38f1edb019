/**
 * Why a step of a rotation did not happen, in words that never hold a value: Lambda writes it to the log, stack and
 * all. So it carries no cause, and of another error only its class or its SQLSTATE. Secrets Manager tries again.
 */
export class RotationFailed extends Error {
  override readonly name = 'RotationFailed'
}

/** The part of an error that is a fact and no text: `28P01`, `ECONNREFUSED`, `AccessDeniedException`. */
export const kindOfError = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

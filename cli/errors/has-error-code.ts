/** Whether something thrown is an operating system's or Node's error with one of these codes, for example `ENOENT`. */
export const hasErrorCode = (error: unknown, ...codes: readonly string[]): boolean => {
  if (!(error instanceof Error) || !('code' in error)) return false
  return typeof error.code === 'string' && codes.includes(error.code)
}

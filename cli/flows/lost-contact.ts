import { ShopctlError } from '../errors/shopctl-error.ts'

/** Refusals at the door: in the middle of a release they say nothing of what is inside. */
const lockedOut: ReadonlySet<string> = new Set([
  'KUBE_UNAUTHORIZED',
  'KUBE_CERTIFICATE',
  'KUBE_LOGIN_FAILED',
  'KUBE_LOGIN_PROGRAM_MISSING',
  'AWS_NOT_LOGGED_IN',
])

/** Whether this tells of the way to the platform and not of the release: never a reason to go back. */
export const isLostContact = (cause: unknown): cause is ShopctlError =>
  cause instanceof ShopctlError && (cause.outcome === 'unknown' || lockedOut.has(cause.code))

import { ShopctlError } from '../../errors/shopctl-error.ts'

/** Asking again does not make a certificate right. */
const certificateCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** The error of a host with several addresses has no message of its own. */
export const networkWords = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(networkWords).join('; ')
  return error instanceof Error ? error.message || codeOf(error) : String(error)
}

type Server = { readonly context: string; readonly server: string }

/** No TLS at all: the wrong server, or a proxy before the right one that is just being restarted. */
export const isTlsHiccup = (error: unknown): boolean =>
  codeOf(error).startsWith('ERR_SSL_') || codeOf(error) === 'EPROTO'

/** KUBE_CERTIFICATE where the connection can never be trusted; null for what may be over in a moment. */
export const certificateRefusal = (error: unknown, { context, server }: Server): ShopctlError | null => {
  if (!certificateCodes.has(codeOf(error)) && !isTlsHiccup(error)) return null
  return new ShopctlError({
    code: 'KUBE_CERTIFICATE',
    outcome: 'refused',
    what: `The server at ${server} is not shown to be the cluster of context ${context}; nothing was sent.`,
    why: [networkWords(error)],
    fix: [`kubectl --context ${context} cluster-info`, 'kubectl config view'],
    cause: error,
  })
}

export const unreachable = (
  words: string,
  asked: Server & { readonly doing: string; readonly seconds: number; readonly cause?: unknown },
): ShopctlError =>
  new ShopctlError({
    code: 'UNREACHABLE',
    outcome: 'unknown',
    what: `The cluster of context ${asked.context} gave no answer for ${asked.seconds} s to: ${asked.doing}.`,
    why: [`${asked.server}: ${words}`],
    fix: [`kubectl --context ${asked.context} get --raw /readyz`],
    cause: asked.cause,
  })

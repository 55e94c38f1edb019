import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KubeStatus } from './kube-status.ts'

/** What was asked, for the sentence: `apply Deployment orders in ecommerce-dev`. */
export type Asked = {
  readonly verb: string
  readonly thing: string
  readonly kind: string
  readonly name: string | null
  readonly namespace: string | null
}

/**
 * The API server gives 403 to everything that it forbids, whoever forbade it. Only its wording tells them apart:
 * authorization, ResourceQuota, admission.
 */
const byAuthorization = /forbidden: User ".*" cannot /
const byQuota = /forbidden: (exceeded quota|failed quota|maximum |minimum )/

/** Of a Secret no word is repeated that could hold a value of it. */
const wordsOf = ({ message, reason, details }: KubeStatus, kind: string): readonly string[] => {
  if (kind !== 'Secret') return [message]
  const fields = details.causes.map(({ field, reason: why }) => `${field}: ${why}`)
  return fields.length === 0 ? [reason || 'the server refused it'] : fields
}

const forbiddenCode = ({ message }: KubeStatus) => {
  if (byAuthorization.test(message)) return 'KUBE_FORBIDDEN'
  return byQuota.test(message) ? 'QUOTA_EXCEEDED' : 'KUBE_REFUSED'
}

const writes = ['apply', 'create', 'update', 'patch']

const codeOf = (status: KubeStatus, { verb }: Asked): string => {
  if (status.code === 401) return 'KUBE_UNAUTHORIZED'
  if (status.code === 403) return forbiddenCode(status)
  if (!writes.includes(verb)) return 'KUBE_REFUSED'
  if (status.code === 422 || status.code === 400) return 'OBJECT_INVALID'
  // A field that is not in the schema gets 500 from a server-side apply, without a reason.
  return status.code === 500 && status.reason === '' ? 'OBJECT_INVALID' : 'KUBE_REFUSED'
}

const authorizationFix = ({ verb, kind, namespace }: Asked, context: string): readonly string[] => {
  const where = namespace === null ? '' : ` --namespace ${namespace}`
  const resource = kind.toLowerCase()
  const verbs = verb === 'apply' ? ['patch', 'create'] : [verb]
  return verbs.map((each) => `kubectl --context ${context} auth can-i ${each} ${resource}${where}`)
}

const fixOf = (code: string, asked: Asked, context: string): readonly string[] => {
  const { namespace } = asked
  const where = namespace === null ? '' : ` --namespace ${namespace}`
  if (code === 'KUBE_UNAUTHORIZED') return [`kubectl --context ${context} auth whoami`, 'kubectl config get-contexts']
  if (code === 'KUBE_FORBIDDEN') return authorizationFix(asked, context)
  if (code === 'QUOTA_EXCEEDED') return [`kubectl --context ${context} describe resourcequota,limitrange${where}`]
  return []
}

const whatOf = (code: string, { verb, thing }: Asked, context: string): string => {
  if (code === 'KUBE_UNAUTHORIZED')
    return `The cluster of context ${context} does not know who is asking; nothing was changed by this request.`
  if (code === 'KUBE_FORBIDDEN') return `The cluster does not allow to ${verb} ${thing}.`
  return `The cluster refused to ${verb} ${thing}.`
}

/** The server's no as our error. 409 of an apply is conflictRefusal's. */
export const kubeRefusal = (status: KubeStatus, asked: Asked, context: string): ShopctlError => {
  const code = codeOf(status, asked)
  return new ShopctlError({
    code,
    outcome: 'refused',
    what: whatOf(code, asked, context),
    why: wordsOf(status, asked.kind),
    fix: fixOf(code, asked, context),
  })
}

const ownerIn = (message: string): string => /^conflict with "([^"]*)"/.exec(message)?.[1] ?? message

/** FIELD_CONFLICT: which fields of the object somebody else owns, and who. */
export const conflictRefusal = (status: KubeStatus, asked: Asked, context: string): ShopctlError => {
  const fields = status.details.causes.map(
    ({ field, message }) => `${asked.kind} ${asked.name}: ${field} is owned by ${ownerIn(message)}`,
  )
  const where = asked.namespace === null ? '' : ` --namespace ${asked.namespace}`
  return new ShopctlError({
    code: 'FIELD_CONFLICT',
    outcome: 'refused',
    what: `Somebody else wants other values in ${asked.thing}; it was left as it is.`,
    why: fields.length === 0 ? [status.message] : fields,
    fix: [
      `kubectl --context ${context} get ${asked.kind.toLowerCase()} ${asked.name}${where} -o yaml --show-managed-fields`,
    ],
  })
}

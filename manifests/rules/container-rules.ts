import { serviceLabel } from '../labels.ts'
import { workloadNameOf } from './our-workloads.ts'
import { eachContainer, isServer } from './pods.ts'
import type { Rule } from './rule.ts'

const digest = /@sha256:[0-9a-f]{64}$/
const tag = /:(?<tag>[\w.-]+)(@sha256:[0-9a-f]{64})?$/

const listed = (missing: readonly string[]): string | null =>
  missing.length === 0 ? null : `has no ${missing.join(', no ')}`

export const containerRules: readonly Rule[] = [
  eachContainer('what we build runs by digest', ({ image }, { labels }) =>
    workloadNameOf(labels[serviceLabel]) === null || digest.test(image) ? null : `${image} is no digest`,
  ),
  eachContainer('no image is what happens to be the latest', ({ image }) => {
    const named = tag.exec(image)?.groups?.tag ?? null
    if (digest.test(image)) return null
    return named === null || named === 'latest' ? `${image} can be another image tomorrow` : null
  }),
  eachContainer('nothing runs as root', ({ securityContext }, { spec }) => {
    const merged = { ...spec.securityContext, ...securityContext }
    if (merged.runAsNonRoot !== true) return 'may run as root'
    return merged.runAsUser === undefined || merged.runAsUser === 0 ? 'has no user of its own' : null
  }),
  eachContainer('the root file system is read-only', ({ securityContext }) =>
    securityContext.readOnlyRootFilesystem === true ? null : 'can write to its image',
  ),
  eachContainer(
    'nothing gains privileges',
    ({ securityContext: { allowPrivilegeEscalation, privileged, capabilities } }) => {
      if (privileged === true) return 'is privileged'
      if (allowPrivilegeEscalation !== false) return 'may gain privileges'
      if ((capabilities?.add ?? []).length > 0) return 'adds capabilities'
      return capabilities?.drop?.includes('ALL') === true ? null : 'keeps capabilities'
    },
  ),
  eachContainer('system calls are filtered', ({ securityContext }, { spec }) => {
    const profile = securityContext.seccompProfile ?? spec.securityContext.seccompProfile
    return profile?.type === 'RuntimeDefault' ? null : 'has no seccomp profile'
  }),
  eachContainer('every container has requests and limits', ({ resources: { requests, limits } }) =>
    listed([
      ...(requests.cpu === undefined ? ['CPU request'] : []),
      ...(requests.memory === undefined ? ['memory request'] : []),
      ...(limits.cpu === undefined ? ['CPU limit'] : []),
      ...(limits.memory === undefined ? ['memory limit'] : []),
    ]),
  ),
  eachContainer('every server is probed', ({ startupProbe, livenessProbe, readinessProbe }, pod) =>
    isServer(pod)
      ? listed([
          ...(startupProbe === undefined ? ['startup probe'] : []),
          ...(livenessProbe === undefined ? ['liveness probe'] : []),
          ...(readinessProbe === undefined ? ['readiness probe'] : []),
        ])
      : null,
  ),
  eachContainer('variables hold no secret', ({ env }) => {
    const found = env.find(({ name, value }) => value !== undefined && isSecretName(name))
    return found === undefined ? null : `${found.name} is written out`
  }),
]

/** `…_FILE` names a file and no secret. */
export function isSecretName(name: string): boolean {
  return (
    /(PASSWORD|SECRET|TOKEN|PRIVATE|CREDENTIAL|_KEYS?$|^(.*_)?(DATABASE|REDIS)_URL$)/.test(name) && !/_FILE$/.test(name)
  )
}

import type { ServiceCondition } from '../../health/observation.ts'
import type { DeploymentFacts, OtherHand } from './deployment-facts.ts'
import type { RecordedDeployment } from './recorded-objects.ts'

const hand = (other: OtherHand | null): string =>
  other === null ? 'another hand' : `${other.manager}${other.time === null ? '' : ` (${other.time})`}`

const changed = (message: string): ServiceCondition => ({
  reason: 'ChangedByOthers',
  message,
  advice: 'Find out who changes it, then deploy again.',
})

/**
 * What the platform says of the Deployment as a whole. `fingerprint` is that of the template as it was when the rollout was first
 * seen; a Deployment that no longer asks for it is somebody else's, and its pods prove nothing of this release.
 */
export const rolloutCondition = (
  wanted: RecordedDeployment,
  live: DeploymentFacts | null,
  fingerprint: string | null,
): ServiceCondition | null => {
  const name = `Deployment ${wanted.name}`
  if (live === null) {
    return { reason: 'DeploymentGone', message: `${name} does not exist`, advice: 'Deploy again.' }
  }
  const { templateChangedBy, replicasChangedBy, noPods } = live
  if (live.template !== wanted.template || live.image !== wanted.image) {
    const detail = live.image === wanted.image ? 'its pods are made from another template' : `it runs ${live.image}`
    return changed(`${hand(templateChangedBy)} changed ${name} while it was being watched: ${detail}`)
  }
  if (fingerprint !== null && live.fingerprint !== fingerprint) {
    return changed(`${hand(templateChangedBy)} changed the pods of ${name} while it was being watched`)
  }
  if (live.desired === 0) return changed(`${hand(replicasChangedBy)} scaled ${name} to 0`)
  if (live.paused) return changed(`${hand(null)} paused ${name}`)
  if (noPods === null) return null
  return { ...noPods, advice: 'Raise the quota, or correct what the admission refuses.' }
}

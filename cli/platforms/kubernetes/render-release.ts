import { sharedManifests } from '../../../manifests/shared-manifests.ts'
import { serviceManifests } from '../../../manifests/shop-manifests.ts'
import type { WorkloadName } from '../../../manifests/workload.ts'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import type { ReleaseRecord, ServiceRelease } from '../../releases/release.ts'
import type { Artifact } from '../platform.ts'
import { type ServiceSettings, settingsHash } from '../service-settings.ts'
import { workloadSettings } from './service-settings.ts'

type RenderRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly image: string
  readonly settings: ServiceSettings
}

type Json = ReleaseRecord['shared']

/** As it will be recorded and compared: what JSON would leave out is left out now. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value))

/** What a release records of one service. Holds no secret: those are named by their content's hash. */
export const renderService = (
  service: WorkloadName,
  { digest, migrationsHash }: Artifact,
  { environment, namespace, image, settings }: RenderRequest,
): ServiceRelease => {
  // A version that follows the commit would change every Deployment with every commit.
  const version = digest.replace('sha256:', '').slice(0, 12)
  const given = { environment, namespace, service, image, version, settings: workloadSettings(service, settings) }
  return { digest, migrationsHash, settingsHash: settingsHash(settings), manifest: plain(serviceManifests(given)) }
}

export const renderShared = (environment: EnvironmentFacts, namespace: string): Json =>
  plain(sharedManifests({ environment, namespace }))

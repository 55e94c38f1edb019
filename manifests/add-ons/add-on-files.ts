import type { AlertChannel } from '../../observability/render-target.ts'
import type { RenderedFile } from '../../observability/rendered-file.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'

type FilesRequest = {
  readonly environment: EnvironmentFacts
  /** Of the shop on the cluster, the environment's own first. */
  readonly shopNamespaces: readonly string[]
  /** By which alerts can be told. */
  readonly alertChannels: readonly AlertChannel[]
}

/** What `observability/` renders for a cluster. Loads Grafana's SDK, and only then. */
export const addOnFiles = async (request: FilesRequest): Promise<readonly RenderedFile[]> => {
  const { renderObservability } = await import('../../observability/render-observability.ts')
  const [namespace = '', ...alsoNamespaces] = request.shopNamespaces
  return renderObservability({
    environment: request.environment.name,
    discovery: { kind: 'kubernetes', namespace, alsoNamespaces },
    alertChannels: request.alertChannels,
  })
}

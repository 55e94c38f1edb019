import type { AlertChannel, Place } from '../../observability/render-target.ts'
import type { RenderedFile } from '../../observability/rendered-file.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'

type FilesRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  /** Other environments of the shop on the same cluster. */
  readonly neighbours: readonly Place[]
  /** By which alerts can be told. */
  readonly alertChannels: readonly AlertChannel[]
}

/** What `observability/` renders for a cluster. Loads Grafana's SDK, and only then. */
export const addOnFiles = async (request: FilesRequest): Promise<readonly RenderedFile[]> => {
  const { renderObservability } = await import('../../observability/render-observability.ts')
  const { namespace, neighbours } = request
  return renderObservability({
    environment: request.environment.name,
    discovery: { kind: 'kubernetes', namespace, neighbours },
    alertChannels: request.alertChannels,
  })
}

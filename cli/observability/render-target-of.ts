import { localDiscovery, type Place, type RenderTarget } from '../../observability/render-target.ts'
import {
  type EnvironmentFacts,
  environmentNames,
  environments,
  type KubernetesFacts,
} from '../../stacks/environments.ts'

const clusterOf = ({ cluster }: KubernetesFacts): string | null => (cluster.kind === 'eks' ? cluster.name : null)

/** Other environments of the same cluster: one Prometheus watches them all. */
const neighbours = ({ name, kubernetes }: EnvironmentFacts): readonly Place[] => {
  const cluster = kubernetes === null ? null : clusterOf(kubernetes)
  if (cluster === null) return []
  return environmentNames.flatMap((other) => {
    const facts = environments[other].kubernetes
    return other !== name && facts !== null && clusterOf(facts) === cluster
      ? [{ environment: other, namespace: facts.namespace }]
      : []
  })
}

/** What is rendered for an environment as its facts say, whoever runs there now. */
export const renderTargetOf = (environment: EnvironmentFacts): RenderTarget => {
  const { name, kubernetes } = environment
  if (kubernetes === null) return { environment: name, discovery: localDiscovery('targets.json') }
  const { namespace } = kubernetes
  return {
    environment: name,
    discovery: { kind: 'kubernetes', namespace, neighbours: neighbours(environment) },
  }
}

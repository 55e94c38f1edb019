import type { KubernetesFacts } from '../../../stacks/environments.ts'
import { createHttpKubeClient } from './http-kube-client.ts'
import type { KubeClient } from './kube-client.ts'
import { createKubeConnection } from './kube-connection.ts'
import { defaultPatience, KubeRequests, type Patience } from './kube-requests.ts'
import { loadKubeconfig } from './load-kubeconfig.ts'

export type ConnectRequest = {
  /** --kube-context; null for the environment's own cluster. */
  readonly kubeContext: string | null
  readonly processEnvironment: NodeJS.ProcessEnv
  /** Where the environment's cluster is; without it the current context of the kubeconfig. */
  readonly of?: { readonly environment: string; readonly cluster: KubernetesFacts['cluster'] }
  readonly patience?: Partial<Patience>
}

const loaderOf = ({ kubeContext: context, processEnvironment: environment, of }: ConnectRequest) => {
  if (context !== null || of === undefined || of.cluster.kind === 'kubeconfig')
    return () => loadKubeconfig({ context, environment })
  const place = { ...of.cluster, environment: of.environment }
  return async () => {
    const { loadEksConfig } = await import('./eks-connection.ts')
    return loadEksConfig(place)
  }
}

/**
 * A client of the cluster that an environment runs in. Asks Kubernetes nothing yet; refuses where the kubeconfig is
 * missing or does not name the context, and where AWS does not lead to the cluster.
 */
export const connect = async (request: ConnectRequest): Promise<KubeClient> => {
  const connection = await createKubeConnection(loaderOf(request))
  return createHttpKubeClient(new KubeRequests(connection, { ...defaultPatience, ...request.patience }))
}

import { createHttpKubeClient } from './http-kube-client.ts'
import type { KubeClient } from './kube-client.ts'
import { createKubeConnection } from './kube-connection.ts'
import { defaultPatience, KubeRequests, type Patience } from './kube-requests.ts'
import { loadKubeconfig } from './load-kubeconfig.ts'

export type ConnectRequest = {
  /** --kube-context; null for the environment's own cluster. */
  readonly kubeContext: string | null
  readonly processEnvironment: NodeJS.ProcessEnv
  readonly patience?: Partial<Patience>
}

/**
 * A client of the cluster that this environment runs in. Sends no request yet; refuses where the kubeconfig is missing
 * or does not name the context.
 */
export const connect = async (request: ConnectRequest): Promise<KubeClient> => {
  const { kubeContext: context, processEnvironment: environment } = request
  const connection = await createKubeConnection(() => loadKubeconfig({ context, environment }))
  return createHttpKubeClient(new KubeRequests(connection, { ...defaultPatience, ...request.patience }))
}

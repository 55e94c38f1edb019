import type { KubeClient, LogsRequest } from './kube-client.ts'

type PodLogRequest = LogsRequest & { readonly client: Pick<KubeClient, 'logs'>; readonly signal: AbortSignal }

/** The lines of a container's log, oldest first. */
export const fetchPodLog = async ({ client, signal, ...request }: PodLogRequest): Promise<readonly string[]> => {
  const text = await client.logs(request, signal)
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

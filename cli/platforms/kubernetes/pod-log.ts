import type { KubeClient, LogsRequest } from './kube-client.ts'

type PodLogRequest = LogsRequest & { readonly client: Pick<KubeClient, 'logs'>; readonly signal: AbortSignal }

/** The kubelet keeps one ended container of each; of an older one it answers 200 and this, as if it were the log. */
export const isLogGone = (text: string): boolean =>
  /^unable to retrieve container logs for \S+$/.test(text.replace(/^\S+Z /, '').trim())

/** The lines of a container's log, oldest first. Throws where it is gone. */
export const fetchPodLog = async ({ client, signal, ...request }: PodLogRequest): Promise<readonly string[]> => {
  const text = await client.logs(request, signal)
  if (isLogGone(text)) throw new Error('the node no longer has this log')
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

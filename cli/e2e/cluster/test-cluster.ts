import { connect } from '../../platforms/kubernetes/connect.ts'
import type { KubeClient, KubeObject, ListRequest } from '../../platforms/kubernetes/kube-client.ts'

/** What the tests on a cluster are told by the environment; each is a variable that a person sets too. */
const told = ['KUBECONFIG', 'SHOPCTL_REGISTRY', 'SHOPCTL_BASE_IMAGE', 'SHOPCTL_POSTGRES_IMAGE', 'SHOPCTL_REDIS_IMAGE']

export const clusterVariables: Readonly<Record<string, string>> = Object.fromEntries(
  told.flatMap((name) => {
    const value = process.env[name]
    return value ? [[name, value]] : []
  }),
)

/** Why the tests on a cluster cannot run here; null where they can. */
export const noCluster: string | null =
  clusterVariables.KUBECONFIG === undefined || clusterVariables.SHOPCTL_REGISTRY === undefined
    ? 'no cluster: KUBECONFIG and SHOPCTL_REGISTRY are not set'
    : null

/** For the titles of tests that are skipped: `deploys (skipped: no cluster …)`. */
export const onCluster = (title: string): string => (noCluster === null ? title : `${title} (skipped: ${noCluster})`)

/** The tests' own eyes and hands, beside the program that is tested. */
export const openTestCluster = (): Promise<KubeClient> =>
  connect({ kubeContext: null, processEnvironment: { ...process.env } })

const deadline = () => AbortSignal.timeout(30_000)

export const listAll = async (client: KubeClient, request: ListRequest): Promise<readonly KubeObject[]> =>
  (await client.list(request, deadline())).items

export const deleteNamespace = async (client: KubeClient, name: string): Promise<void> => {
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name, namespace: null }, deadline())
}

import type { KubeMetadata, KubeObject } from '../kube-client.ts'

type Sample = {
  readonly name?: string
  readonly spec?: unknown
  readonly labels?: Readonly<Record<string, string>>
  readonly managedFields?: readonly unknown[]
}

const shopLabels = { 'app.kubernetes.io/managed-by': 'shopctl', 'app.kubernetes.io/part-of': 'ecommerce' }

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  Ingress: 'networking.k8s.io/v1',
  Job: 'batch/v1',
  Lease: 'coordination.k8s.io/v1',
}

export const applied = { manager: 'shopctl', operation: 'Apply', fieldsV1: { 'f:spec': {} } }
export const written = { manager: 'shopctl', operation: 'Update', fieldsV1: { 'f:data': {} } }

/** An object of ours as a release renders it; with `managedFields` as the server has it. */
export const sample = (
  kind: string,
  { name = 'orders', labels = {}, managedFields, ...rest }: Sample & Record<string, unknown> = {},
): KubeObject => {
  const owned = managedFields === undefined ? {} : { managedFields }
  const metadata: KubeMetadata = { name, namespace: 'shop', labels: { ...shopLabels, ...labels }, ...owned }
  return { apiVersion: apiVersions[kind] ?? 'v1', kind, metadata, ...rest }
}

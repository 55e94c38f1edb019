import { shopLabels } from '../../../manifests/labels.ts'
import { madeByAnnotation } from './adapt-to-live.ts'
import type { KubeClient } from './kube-client.ts'
import { fieldManager } from './managed-fields.ts'

/** From the first moment on, so that no pod comes in before the rules do. */
const podSecurity = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/audit': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
} as const

/** Makes the namespace where there is none, for what is written before the first release is applied. */
export const ensureNamespace = async (client: KubeClient, name: string, signal: AbortSignal): Promise<void> => {
  const reference = { apiVersion: 'v1', kind: 'Namespace', name, namespace: null }
  if ((await client.read(reference, signal)) !== null) return
  const annotations = { [madeByAnnotation]: fieldManager }
  const metadata = { name, labels: { ...shopLabels, ...podSecurity }, annotations }
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, signal)
}

import type { KubernetesObject } from '../kubernetes-object.ts'
import { denyAllButDns } from '../shared-manifests.ts'
import { addOnGroupLabels } from './add-on-labels.ts'
import type { AddOnGroup } from './add-on-request.ts'

/**
 * A namespace of its own, in which nothing is let in or out that no policy names. The node's metrics and its log files
 * are read where they are, which the level `restricted` does not allow; whatever goes beyond it is warned of.
 */
export const addOnNamespace = (group: AddOnGroup, namespace: string): readonly KubernetesObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...addOnGroupLabels(group),
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  },
  denyAllButDns(namespace, addOnGroupLabels(group)),
]

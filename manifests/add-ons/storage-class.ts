import type { EnvironmentFacts } from '../../stacks/environments.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { shopLabels } from '../labels.ts'
import { kubernetesFacts } from '../workload.ts'

export const ownStorageClass = 'shop-encrypted-gp3'

/**
 * EKS has no class that is the default, and the one it brings makes volumes that nobody encrypts. Monitoring and logging
 * share it, and claims name it: it is of no group, so that neither takes it away from the other. A volume outlives its
 * claim, for whoever deleted that by mistake.
 */
export const storageClassManifests = (environment: EnvironmentFacts): readonly KubernetesObject[] =>
  kubernetesFacts(environment).cluster.kind === 'eks'
    ? [
        {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'StorageClass',
          metadata: { name: ownStorageClass, labels: shopLabels },
          provisioner: 'ebs.csi.aws.com',
          parameters: { type: 'gp3', encrypted: 'true' },
          reclaimPolicy: 'Retain',
          allowVolumeExpansion: true,
          // In the zone of the node that the pod is given.
          volumeBindingMode: 'WaitForFirstConsumer',
        },
      ]
    : []

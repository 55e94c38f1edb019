import { EksAddon } from '@cdktf/provider-aws/lib/eks-addon/index.js'
import type { ITerraformDependable } from 'cdktf'
import type { Construct } from 'constructs'
import type { InstallationFacts } from './installations.ts'
import { role, trustPods } from './permissions.ts'
import { resourceName } from './resource-name.ts'

type AddOn = {
  readonly clusterName: string
  readonly addonName: string
  readonly configurationValues?: string
  readonly identity?: { readonly roleArn: string; readonly serviceAccount: string }
  readonly dependsOn?: ITerraformDependable[]
}

/** Without a version: EKS takes the one that belongs to the cluster's. */
const addOn = (scope: Construct, { identity, ...request }: AddOn): EksAddon =>
  new EksAddon(scope, request.addonName, {
    ...request,
    ...(identity === undefined ? {} : { podIdentityAssociation: [identity] }),
    resolveConflictsOnCreate: 'OVERWRITE',
    resolveConflictsOnUpdate: 'OVERWRITE',
  })

const identity = (
  scope: Construct,
  facts: InstallationFacts,
  request: { readonly part: string; readonly policy: string; readonly serviceAccount: string },
) => {
  const { arn: roleArn, ready } = role(scope, `${request.part}-role`, {
    name: resourceName(facts, request.part),
    description: `Pods of ${request.serviceAccount} in kube-system`,
    trust: trustPods(facts),
    managed: [request.policy],
  })
  return { identity: { roleArn, serviceAccount: request.serviceAccount }, dependsOn: [...ready] }
}

/** What a node needs to become ready. */
export const firstAddOns = (
  scope: Construct,
  facts: InstallationFacts,
  clusterName: string,
): readonly ITerraformDependable[] => {
  const network = { part: 'network-add-on', policy: 'AmazonEKS_CNI_Policy', serviceAccount: 'aws-node' }
  return [
    addOn(scope, { clusterName, addonName: 'eks-pod-identity-agent' }),
    addOn(scope, { clusterName, addonName: 'kube-proxy' }),
    addOn(scope, {
      clusterName,
      addonName: 'vpc-cni',
      // Without it the manifests' network policies are words only.
      configurationValues: JSON.stringify({ enableNetworkPolicy: 'true' }),
      ...identity(scope, facts, network),
    }),
  ]
}

/** What needs nodes to run on: created before them these would wait until they time out. */
export const addOns = (
  scope: Construct,
  facts: InstallationFacts,
  { clusterName, after }: { readonly clusterName: string; readonly after: readonly ITerraformDependable[] },
): void => {
  addOn(scope, { clusterName, addonName: 'coredns', dependsOn: [...after] })
  addOn(scope, { clusterName, addonName: 'metrics-server', dependsOn: [...after] })
  const volumes = identity(scope, facts, {
    part: 'volume-add-on',
    policy: 'service-role/AmazonEBSCSIDriverPolicy',
    serviceAccount: 'ebs-csi-controller-sa',
  })
  const dependsOn = [...after, ...volumes.dependsOn]
  addOn(scope, { clusterName, addonName: 'aws-ebs-csi-driver', ...volumes, dependsOn })
}

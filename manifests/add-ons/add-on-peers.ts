import { serviceLabel } from '../labels.ts'
import { type EgressRule, type PolicyPeer, tcp } from '../network-policy.ts'

/** Pods of another namespace, by the program that they are. */
export const podsIn = (namespace: string, name: string): PolicyPeer => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels: { [serviceLabel]: name } },
})

/** Where the API server is differs from cluster to cluster, and no policy can name it. */
export const toApiServer: EgressRule = { ports: [tcp(443), tcp(6443)] }

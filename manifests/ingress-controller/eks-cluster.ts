import type { KubernetesFacts } from '../../stacks/environments.ts'

export type EksCluster = Extract<KubernetesFacts['cluster'], { readonly kind: 'eks' }> & { readonly vpcId: string }

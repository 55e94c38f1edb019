import type { Labels } from './kubernetes-object.ts'
import { type WorkloadName, workload } from './workload.ts'

/** What a pod is for. Pods of one service differ by it: a migration must not receive requests. */
export type Component = 'server' | 'migration' | 'seed' | 'question' | 'database' | 'cache'

export const serviceLabel = 'shopctl.dev/service'
/** In pods: the content hash of the template that they were made from. */
export const templateLabel = 'shopctl.dev/template'

/** On every object. */
export const shopLabels: Labels = {
  'app.kubernetes.io/part-of': 'ecommerce',
  'app.kubernetes.io/managed-by': 'shopctl',
}

/** On every object of a service and on its pods. Nothing here changes from release to release: that restarts pods. */
export const workloadLabels = (name: WorkloadName, component: Component): Labels => ({
  ...selectorLabels(name, component),
  ...shopLabels,
  [serviceLabel]: name,
})

/** Finds the pods. A Deployment's selector cannot be changed later. */
export const selectorLabels = (name: WorkloadName, component: Component): Labels => ({
  'app.kubernetes.io/name': workload(name).longName,
  'app.kubernetes.io/component': component,
})

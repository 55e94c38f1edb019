import { serviceNames, services } from '../services/registry.ts'
import { contentHash } from './content-hash.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { workloadLabels } from './labels.ts'

export const routesDirectory = '/etc/shop/edge'
const routesKey = 'routes.json'
export const routesFile = `${routesDirectory}/${routesKey}`

/** The same for every release: on Kubernetes the rollout moves users, pod by pod, behind names that stay. */
const routes = JSON.stringify({
  schema: 'shopctl.routes/1',
  generation: 0,
  current: {
    release: null,
    upstreams: Object.fromEntries(
      serviceNames.map((name) => [name, `http://${services[name].longName}:${services[name].port}`]),
    ),
  },
  candidate: null,
})

export const edgeRoutesConfigMapName = `edge-routes-${contentHash(routes)}`

export const edgeRoutesConfigMap = (namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: edgeRoutesConfigMapName, namespace, labels: workloadLabels('edge', 'server') },
  immutable: true,
  data: { [routesKey]: routes },
})

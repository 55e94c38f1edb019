import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { clusterEnvironments, rendered } from '../testing/rendered.ts'
import { allRules, violationsOf } from './all-rules.ts'
import { broken, type Change } from './testing/broken.ts'

const deployment = 'Deployment/user-management'
const pod = 'spec.template.spec'
const container = `${pod}.containers.0`
const security = `${container}.securityContext`
const labels = 'spec.template.metadata.labels'
const digestless = { object: deployment, path: `${container}.image`, value: 'registry.example/user-management:1.4.0' }
const settingsName = (objects: readonly KubernetesObject[]) =>
  objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('user-'))?.metadata.name ?? ''
const settings = `ConfigMap/${settingsName(rendered('prod'))}`

/** Rule → what breaks it, in prod. */
const breaks: Readonly<Record<string, readonly Change[]>> = {
  'what we build runs by digest': [digestless],
  'no image is what happens to be the latest': [
    { ...digestless, value: 'registry.example/user-management:latest' },
    { ...digestless, value: 'registry.example/user-management' },
  ],
  'nothing runs as root': [
    { object: deployment, path: `${security}.runAsNonRoot`, value: false },
    { object: deployment, path: `${pod}.securityContext.runAsUser`, value: 0 },
  ],
  'the root file system is read-only': [{ object: deployment, path: `${security}.readOnlyRootFilesystem` }],
  'nothing gains privileges': [
    { object: deployment, path: `${security}.privileged`, value: true },
    { object: deployment, path: `${security}.allowPrivilegeEscalation` },
    { object: deployment, path: `${security}.capabilities`, value: { drop: ['ALL'], add: ['NET_ADMIN'] } },
    { object: deployment, path: `${security}.capabilities` },
  ],
  'system calls are filtered': [{ object: deployment, path: `${pod}.securityContext.seccompProfile` }],
  'every container has requests and limits': [
    { object: deployment, path: `${container}.resources.limits.memory` },
    { object: 'Job/user-management-migrate-1', path: `${container}.resources` },
  ],
  'every server is probed': [
    { object: deployment, path: `${container}.startupProbe` },
    { object: deployment, path: `${container}.livenessProbe` },
    { object: deployment, path: `${container}.readinessProbe` },
  ],
  'variables hold no secret': [
    { object: deployment, path: `${container}.env.0`, value: { name: 'DATABASE_URL', value: 'postgres://h/d' } },
  ],
  'nothing shares the node’s namespaces': [
    { object: deployment, path: `${pod}.hostNetwork`, value: true },
    { object: deployment, path: `${pod}.hostPID`, value: true },
    { object: deployment, path: `${pod}.hostIPC`, value: true },
  ],
  'no pod mounts a path of its node': [
    { object: deployment, path: `${pod}.volumes.0`, value: { name: 'tmp', hostPath: { path: '/' } } },
  ],
  'no pod has a token for the API server': [{ object: deployment, path: `${pod}.automountServiceAccountToken` }],
  'every pod has an account of its own': [{ object: deployment, path: `${pod}.serviceAccountName` }],
  'every pod says whose it is': [{ object: deployment, path: `${labels}.shopctl\\.dev/service` }],
  'pods of a template can be found by its hash': [{ object: deployment, path: `${labels}.shopctl\\.dev/template` }],
  'a version alone restarts no pod': [
    { object: deployment, path: `${labels}.app\\.kubernetes\\.io/version`, value: '1.4.0' },
  ],
  'a pod that leaves has time to end its requests': [
    { object: deployment, path: `${container}.lifecycle` },
    { object: deployment, path: `${pod}.terminationGracePeriodSeconds`, value: 12 },
  ],
  'a rollout never has fewer pods than before': [
    { object: deployment, path: 'spec.strategy.rollingUpdate.maxUnavailable', value: 1 },
    { object: deployment, path: 'spec.strategy', value: { type: 'Recreate' } },
  ],
  'every object says what it is part of and who manages it': [
    { object: 'Service/user-management', path: 'metadata.labels.app\\.kubernetes\\.io/part-of' },
  ],
  'every object says its namespace': [{ object: 'Ingress/shop', path: 'metadata.namespace' }],
  'names are ones that Kubernetes takes': [{ object: 'Ingress/shop', path: 'metadata.name', value: 'Shop_1' }],
  'settings never change under a release': [
    { object: settings, path: 'immutable' },
    { object: settings, path: 'metadata.name', value: 'user-management-settings' },
  ],
  'a ConfigMap holds no secret': [
    { object: settings, path: 'data.CURSOR_KEY', value: 'x' },
    { object: settings, path: 'data.UPSTREAM', value: 'postgres://shop:canary@db/users' },
  ],
  'no Secret is among the manifests': [{ object: settings, path: 'kind', value: 'Secret' }],
  'a disruption budget lets a node be emptied': [
    { object: 'PodDisruptionBudget/user-management', path: 'spec.maxUnavailable', value: 0 },
    { object: 'PodDisruptionBudget/user-management', path: 'spec.minAvailable', value: 3 },
  ],
  'a namespace takes restricted pods only': [
    { object: 'Namespace/ecommerce-prod', path: 'metadata.labels.pod-security\\.kubernetes\\.io/enforce' },
  ],
  'no two objects have one name': [
    { object: 'Service/product-catalog', path: 'metadata.name', value: 'user-management' },
  ],
  'every port of a server is in a Service': [
    { object: 'Service/user-management', path: 'spec.ports.1', value: { port: 1, targetPort: 'other' } },
  ],
  'what selects pods finds some, and servers only': [
    { object: 'Service/user-management', path: 'spec.selector', value: { 'app.kubernetes.io/name': 'users' } },
    {
      object: 'Service/user-management',
      path: 'spec.selector',
      value: { 'app.kubernetes.io/name': 'user-management' },
    },
  ],
  'what no policy allows is denied': [
    { object: 'NetworkPolicy/deny-all-but-dns', path: 'spec.policyTypes', value: ['Ingress'] },
  ],
  'every pod has a network policy of its own': [
    { object: 'NetworkPolicy/user-management', path: 'spec.podSelector.matchLabels.shopctl\\.dev/service', value: 'x' },
  ],
  'every autoscaler scales a Deployment that says no number itself': [
    { object: deployment, path: 'spec.replicas', value: 3 },
    { object: 'HorizontalPodAutoscaler/user-management', path: 'spec.scaleTargetRef.name', value: 'users' },
    { object: 'HorizontalPodAutoscaler/user-management', path: 'spec.minReplicas', value: 11 },
  ],
  'every route of the ingress leads to a Service': [
    { object: 'Service/user-management', path: 'metadata.name', value: 'users' },
  ],
  'every account of a pod exists': [
    { object: 'ServiceAccount/user-management', path: 'metadata.name', value: 'users' },
  ],
}

test.each(clusterEnvironments)('every object of %s is within every rule', (name) => {
  expect(violationsOf(rendered(name))).toEqual([])
})

test('every rule is broken once here', () => {
  expect(Object.keys(breaks).sort()).toEqual(allRules.map(({ name }) => name).sort())
})

describe.each(Object.entries(breaks))('%s', (rule, changes) => {
  test.each(changes)('$object without its $path, or with $value there', (change) => {
    const found = violationsOf(broken(rendered('prod'), change)).filter((violation) => violation.rule === rule)
    expect(found).not.toEqual([])
  })
})

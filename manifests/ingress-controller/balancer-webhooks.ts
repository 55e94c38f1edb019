import { partMetadata } from '../add-ons/add-on-part.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { balancerPart, webhookPort, webhooksName } from './balancer-part.ts'

const { labels } = partMetadata(balancerPart)
const group = 'elbv2.k8s.aws'

type Watched = { readonly group: string; readonly version: string; readonly resource: string }

/** Whom it may trust (`caBundle`) is written by the Job that makes the certificate, and left alone here. */
const webhook = (
  name: string,
  { path, watched, operations }: { path: string; watched: Watched; operations: readonly string[] },
) => ({
  name: `${name}.${group}`,
  admissionReviewVersions: ['v1beta1'],
  clientConfig: {
    service: { name: balancerPart.name, namespace: balancerPart.namespace, path, port: webhookPort },
  },
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  sideEffects: 'None',
  rules: [
    {
      apiGroups: [watched.group],
      apiVersions: [watched.version],
      operations,
      resources: [watched.resource],
      scope: '*',
    },
  ],
})

const bindings: Watched = { group, version: 'v1beta1', resource: 'targetgroupbindings' }
const classes: Watched = { group, version: 'v1beta1', resource: 'ingressclassparams' }
const written = ['CREATE', 'UPDATE'] as const

/** A pod of the shop is ready only when the load balancer sends to it: the shop's namespaces ask for it by a label. */
const readinessGates = {
  ...webhook('mpod', {
    path: '/mutate-v1-pod',
    watched: { group: '', version: 'v1', resource: 'pods' },
    operations: ['CREATE'],
  }),
  namespaceSelector: {
    matchExpressions: [{ key: 'elbv2.k8s.aws/pod-readiness-gate-inject', operator: 'In', values: ['enabled'] }],
  },
  objectSelector: {
    matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'NotIn', values: [balancerPart.name] }],
  },
}

const ingressCheck = {
  ...webhook('vingress', {
    path: '/validate-networking-v1-ingress',
    watched: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
    operations: written,
  }),
}

export const balancerWebhooks: readonly KubernetesObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: webhooksName, labels },
    webhooks: [
      readinessGates,
      webhook('mtargetgroupbinding', {
        path: '/mutate-elbv2-k8s-aws-v1beta1-targetgroupbinding',
        watched: bindings,
        operations: written,
      }),
    ],
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: webhooksName, labels },
    webhooks: [
      webhook('vingressclassparams', {
        path: '/validate-elbv2-k8s-aws-v1beta1-ingressclassparams',
        watched: classes,
        operations: written,
      }),
      webhook('vtargetgroupbinding', {
        path: '/validate-elbv2-k8s-aws-v1beta1-targetgroupbinding',
        watched: bindings,
        operations: written,
      }),
      ingressCheck,
    ],
  },
]

type Kind = {
  readonly plural: string
  readonly kind: string
  readonly scope: 'Namespaced' | 'Cluster'
}

/** The controller checks what is in them; the API server only keeps them. */
const definition = ({ plural, kind, scope }: Kind): KubernetesObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}`, labels },
  spec: {
    group,
    scope,
    names: { plural, kind, listKind: `${kind}List`, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
        ...(scope === 'Namespaced' ? { subresources: { status: {} } } : {}),
      },
    ],
  },
})

export const balancerKinds: readonly KubernetesObject[] = [
  definition({ plural: 'targetgroupbindings', kind: 'TargetGroupBinding', scope: 'Namespaced' }),
  definition({ plural: 'ingressclassparams', kind: 'IngressClassParams', scope: 'Cluster' }),
]

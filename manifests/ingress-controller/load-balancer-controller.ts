import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { addOnContainer, addOnTemplate, httpProbes } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { clusterRole, namespaceRole } from '../add-ons/cluster-role.ts'
import { contentHash } from '../content-hash.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { kubernetesFacts } from '../workload.ts'
import {
  balancerPart,
  balancerRights,
  certificatePart,
  certificateRights,
  certificateSecret,
  certificateSecretRights,
  electionRights,
  webhooksName,
} from './balancer-part.ts'
import { balancerKinds, balancerWebhooks } from './balancer-webhooks.ts'
import type { EksCluster } from './eks-cluster.ts'

/** Of distroless images. */
const nonRoot = 65532
const certificateDirectory = '/tmp/k8s-webhook-server/serving-certs'

const ingressClass = (className: string): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: className, labels: partMetadata(balancerPart).labels },
  spec: { controller: 'ingress.k8s.aws/alb' },
})

const deployment = ({ environment, image }: AddOnRequest, { name, region, vpcId }: EksCluster): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: partMetadata(balancerPart),
  spec: {
    // One works, the other is there when its node goes.
    replicas: 2,
    revisionHistoryLimit: 2,
    selector: { matchLabels: { ...addOnSelector(balancerPart.name) } },
    template: addOnTemplate(balancerPart, {
      user: nonRoot,
      containers: [
        addOnContainer(balancerPart, {
          name: 'controller',
          image: image('load-balancer-controller'),
          args: [
            `--cluster-name=${name}`,
            // Else it asks its node, whose metadata no pod reaches: both or it ends at once.
            `--aws-region=${region}`,
            `--aws-vpc-id=${vpcId}`,
            '--ingress-class=alb',
            // Services of type LoadBalancer are made by nobody here.
            '--enable-shield=false',
            '--enable-waf=false',
            '--enable-wafv2=false',
          ],
          size: addOnSizes(environment).controller,
          mounts: [{ name: 'certificate', mountPath: certificateDirectory, readOnly: true }],
          probes: httpProbes({
            alive: { path: '/healthz', port: 'health' },
            ready: { path: '/readyz', port: 'health' },
            startSeconds: 120,
          }),
        }),
      ],
      volumes: [{ name: 'certificate', secret: { secretName: certificateSecret, defaultMode: 0o440 } }],
      token: 'mounted',
      graceSeconds: 10,
      more: { priorityClassName: 'system-cluster-critical' },
    }),
  },
})

const hosts = [
  balancerPart.name,
  `${balancerPart.name}.${balancerPart.namespace}`,
  `${balancerPart.name}.${balancerPart.namespace}.svc`,
]

/** Makes a certificate where there is none yet, then tells both webhooks whom to trust. */
const certificateJob = ({ image }: AddOnRequest): KubernetesObject => {
  const step = (name: string, args: readonly string[]) =>
    addOnContainer(certificatePart, {
      name,
      image: image('webhook-certificates'),
      args,
      size: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
      mounts: [],
      probes: null,
    })
  const secret = [`--namespace=${certificatePart.namespace}`, `--secret-name=${certificateSecret}`]
  const template = addOnTemplate(certificatePart, {
    user: nonRoot,
    containers: [step('tell', ['patch', ...secret, `--webhook-name=${webhooksName}`, '--patch-failure-policy=Fail'])],
    volumes: [],
    token: 'mounted',
    graceSeconds: 5,
    more: {
      restartPolicy: 'OnFailure',
      initContainers: [
        step('make', ['create', ...secret, `--host=${hosts.join(',')}`, '--cert-name=tls.crt', '--key-name=tls.key']),
      ],
    },
  })
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...partMetadata(certificatePart), name: `aws-load-balancer-certificate-${contentHash(template)}` },
    spec: { backoffLimit: 3, activeDeadlineSeconds: 300, template },
  }
}

export const loadBalancerControllerManifests = (
  request: AddOnRequest,
  cluster: EksCluster,
): readonly KubernetesObject[] => {
  const { entry } = kubernetesFacts(request.environment)
  const { namespace } = balancerPart
  return [
    ...balancerKinds,
    ...partSurroundings(balancerPart),
    ...clusterRole(balancerPart, balancerRights),
    ...namespaceRole(balancerPart, { namespace, rules: electionRights }),
    ...(entry.kind === 'ingress' ? [ingressClass(entry.className)] : []),
    deployment(request, cluster),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: partMetadata(balancerPart),
      spec: { maxUnavailable: 1, selector: { matchLabels: { ...addOnSelector(balancerPart.name) } } },
    },
    ...balancerWebhooks,
    ...partSurroundings(certificatePart),
    ...clusterRole(certificatePart, certificateRights),
    ...namespaceRole(certificatePart, { namespace, rules: certificateSecretRights }),
    certificateJob(request),
  ]
}

import type { V1Ingress } from '@kubernetes/client-node'
import { serviceNames, services } from '../services/registry.ts'
import type { KubernetesFacts } from '../stacks/environments.ts'
import { shopLabels } from './labels.ts'

type IngressEntry = Extract<KubernetesFacts['entry'], { readonly kind: 'ingress' }>

/** For the AWS load balancer controller. What is checked of a pod is said at its Service. */
const annotations = ({ certificateArn }: IngressEntry) => ({
  'alb.ingress.kubernetes.io/scheme': 'internet-facing',
  // Straight to the pods: a node in between would have to be drained too.
  'alb.ingress.kubernetes.io/target-type': 'ip',
  'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'alb.ingress.kubernetes.io/ssl-redirect': '443',
  'alb.ingress.kubernetes.io/ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
  'alb.ingress.kubernetes.io/certificate-arn': certificateArn,
  'alb.ingress.kubernetes.io/listener-attributes.HTTPS-443':
    'routing.http.response.strict_transport_security.header_value=max-age=31536000',
  // Below the 65 s for which a service keeps an idle connection, so that none is reused too late.
  'alb.ingress.kubernetes.io/load-balancer-attributes':
    'idle_timeout.timeout_seconds=60,routing.http.drop_invalid_header_fields.enabled=true',
  'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=15',
})

const paths = serviceNames.flatMap((name) =>
  services[name].routes.map((path) => ({
    path,
    pathType: 'Prefix',
    backend: { service: { name: services[name].longName, port: { name: 'http' } } },
  })),
)

export const ingress = ({ entry, namespace }: { readonly entry: IngressEntry; readonly namespace: string }) =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace, labels: { ...shopLabels }, annotations: annotations(entry) },
    spec: {
      ingressClassName: entry.className,
      tls: [{ hosts: [entry.host] }],
      rules: [{ host: entry.host, http: { paths } }],
    },
  }) satisfies V1Ingress

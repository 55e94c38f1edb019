import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, loggingNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { addOnContainer, addOnTemplate, httpProbes, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { kibanaEncryptionKey } from '../monitoring/monitoring-secrets.ts'
import { podsOf, tcp } from '../network-policy.ts'

/** Of the official image. */
const user = 1000

const part: AddOnPart = {
  group: 'logging',
  namespace: loggingNamespace,
  name: 'kibana',
  ports: [{ name: 'http', port: addOnPorts.kibana }],
  service: 'one-address',
  // People come through the API server.
  ingress: [{ from: [podsOf('elasticsearch-setup')], ports: [tcp(addOnPorts.kibana)] }],
  egress: [{ to: [podsOf('elasticsearch')], ports: [tcp(addOnPorts.elasticsearch)] }],
}

const plain = {
  ELASTICSEARCH_HOSTS: `http://elasticsearch:${addOnPorts.elasticsearch}`,
  SERVER_HOST: '0.0.0.0',
  SERVER_PORT: String(addOnPorts.kibana),
  TELEMETRY_OPTIN: 'false',
  NODE_OPTIONS: '--max-old-space-size=700',
} as const

/** Its status is bad as long as Elasticsearch is away, and to start it again mends nothing of that. */
const probes = {
  ...httpProbes({
    alive: { path: '/api/status', port: 'http' },
    ready: { path: '/api/status', port: 'http' },
    startSeconds: 600,
  }),
  livenessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4 },
}

const deployment = ({ environment, image, secrets }: AddOnRequest): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: partMetadata(part),
  spec: {
    replicas: 1,
    revisionHistoryLimit: 2,
    selector: { matchLabels: { ...addOnSelector(part.name) } },
    template: addOnTemplate(part, {
      user,
      containers: [
        addOnContainer(part, {
          name: part.name,
          image: image('kibana'),
          args: [],
          size: addOnSizes(environment).kibana,
          env: [
            ...Object.entries(plain).map(([name, value]) => ({ name, value })),
            {
              name: 'XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY',
              valueFrom: { secretKeyRef: { name: secrets.logging.name, key: kibanaEncryptionKey } },
            },
          ],
          mounts: [
            { name: 'data', mountPath: '/usr/share/kibana/data' },
            { name: 'logs', mountPath: '/usr/share/kibana/logs' },
            { name: 'tmp', mountPath: '/tmp' },
          ],
          probes,
        }),
      ],
      volumes: [scratch('data', '512Mi'), scratch('logs', '64Mi'), scratch('tmp', '256Mi')],
      token: 'none',
      graceSeconds: 30,
    }),
  },
})

export const kibanaManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  deployment(request),
]

import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, loggingNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { addOnContainer, addOnTemplate, httpProbes, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { fileConfigMaps, filesBelow } from '../add-ons/file-config-maps.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'

/** Of the official image. */
const user = 1000
const home = '/usr/share/logstash'

/** Pods of the shop's namespaces may send lines themselves (B-20). */
const shopPods = { namespaceSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'ecommerce' } } }

const part: AddOnPart = {
  group: 'logging',
  namespace: loggingNamespace,
  name: 'logstash',
  ports: [
    { name: 'beats', port: addOnPorts.logstashBeats },
    { name: 'lines', port: addOnPorts.logstashLines },
    { name: 'own', port: addOnPorts.logstashOwn },
  ],
  service: 'one-address',
  ingress: [
    { from: [podsOf('filebeat')], ports: [tcp(addOnPorts.logstashBeats)] },
    { from: [shopPods], ports: [tcp(addOnPorts.logstashLines)] },
  ],
  egress: [{ to: [podsOf('elasticsearch')], ports: [tcp(addOnPorts.elasticsearch)] }],
}

const files: ReadonlySet<string> = new Set(['logstash.conf', 'logstash.yml'])

const deployment = ({ environment, files: rendered, image }: AddOnRequest): readonly KubernetesObject[] => {
  const size = addOnSizes(environment).logstash
  const own = filesBelow(rendered, 'logs/').filter(({ path }) => files.has(path))
  const config = fileConfigMaps(
    { group: part.group, namespace: part.namespace, owner: part.name, files: own },
    'config',
  )
  const mountOf = (path: string, mountPath: string) =>
    own.some((file) => file.path === path)
      ? [{ name: 'config', mountPath: `${mountPath}/${path}`, subPath: path, readOnly: true }]
      : []
  const container = addOnContainer(part, {
    name: part.name,
    image: image('logstash'),
    args: [],
    size,
    env: [
      { name: 'LS_JAVA_OPTS', value: `-Xms${size.heapMebibytes}m -Xmx${size.heapMebibytes}m` },
      { name: 'ELASTICSEARCH_URL', value: `http://elasticsearch:${addOnPorts.elasticsearch}` },
    ],
    mounts: [
      ...mountOf('logstash.conf', `${home}/pipeline`),
      ...mountOf('logstash.yml', `${home}/config`),
      { name: 'data', mountPath: `${home}/data` },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    probes: httpProbes({
      alive: { path: '/', port: 'own' },
      ready: { path: '/', port: 'own' },
      startSeconds: 300,
    }),
  })
  return [
    ...config.objects,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: partMetadata(part),
      spec: {
        replicas: size.replicas,
        revisionHistoryLimit: 2,
        selector: { matchLabels: { ...addOnSelector(part.name) } },
        template: addOnTemplate(part, {
          user,
          containers: [container],
          // Its queue: what it has taken and not given on outlives a restart, not its pod.
          volumes: [config.volume, scratch('data', '2Gi'), scratch('tmp', '256Mi')],
          token: 'none',
          graceSeconds: 60,
        }),
      },
    },
  ]
}

export const logstashManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  ...deployment(request),
]

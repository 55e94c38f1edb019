import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, loggingNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { toApiServer } from '../add-ons/add-on-peers.ts'
import { addOnContainer, addOnTemplate, httpProbes, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { clusterRole, look } from '../add-ons/cluster-role.ts'
import { fileConfigMaps, filesBelow } from '../add-ons/file-config-maps.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'

/** The log files of a node belong to root, and nobody else may read them. */
const root = 0

const part: AddOnPart = {
  group: 'logging',
  namespace: loggingNamespace,
  name: 'filebeat',
  ports: [],
  service: 'none',
  ingress: [],
  egress: [{ to: [podsOf('logstash')], ports: [tcp(addOnPorts.logstashBeats)] }, toApiServer],
}

const daemonSet = ({ environment, files, image }: AddOnRequest): readonly KubernetesObject[] => {
  const own = filesBelow(files, 'logs/').filter(({ path }) => path === 'filebeat.yml')
  const config = fileConfigMaps(
    { group: part.group, namespace: part.namespace, owner: part.name, files: own },
    'config',
  )
  const container = addOnContainer(part, {
    name: part.name,
    image: image('filebeat'),
    args: [
      '-e',
      // The file belongs to root, and its group may read it.
      '--strict.perms=false',
      '-c',
      '/etc/filebeat/filebeat.yml',
      '--path.data',
      '/var/lib/filebeat',
      '--path.logs',
      '/tmp',
    ],
    size: addOnSizes(environment).filebeat,
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    mounts: [
      { name: 'config', mountPath: '/etc/filebeat', readOnly: true },
      { name: 'node-logs', mountPath: '/var/log', readOnly: true },
      { name: 'positions', mountPath: '/var/lib/filebeat' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    probes: httpProbes({
      alive: { path: '/', port: addOnPorts.filebeatOwn },
      ready: { path: '/', port: addOnPorts.filebeatOwn },
      startSeconds: 60,
    }),
  })
  const template = addOnTemplate(part, {
    user: root,
    containers: [{ ...container, securityContext: { ...container.securityContext, runAsNonRoot: false } }],
    volumes: [
      config.volume,
      { name: 'node-logs', hostPath: { path: '/var/log', type: 'Directory' } },
      // How far each file was read: on the node, so that a new pod sends no line twice.
      { name: 'positions', hostPath: { path: '/var/lib/shopctl-filebeat', type: 'DirectoryOrCreate' } },
      scratch('tmp', '64Mi'),
    ],
    token: 'mounted',
    graceSeconds: 30,
    more: {
      tolerations: [{ operator: 'Exists' }],
      securityContext: { runAsUser: root, runAsNonRoot: false, seccompProfile: { type: 'RuntimeDefault' } },
    },
  })
  return [
    ...config.objects,
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: partMetadata(part),
      spec: {
        selector: { matchLabels: { ...addOnSelector(part.name) } },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%' } },
        template,
      },
    },
  ]
}

export const filebeatManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  // Of which pod a file is, by the labels that its lines are sorted by.
  ...clusterRole(part, [
    { apiGroups: [''], resources: ['nodes', 'namespaces', 'pods'], verbs: look },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: look },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: look },
  ]),
  ...daemonSet(request),
]

import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, loggingNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { addOnContainer, addOnTemplate, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { fileConfigMaps, filesBelow } from '../add-ons/file-config-maps.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'

/** Of Elasticsearch's image, which has the curl that this needs. */
const user = 1000

const part: AddOnPart = {
  group: 'logging',
  namespace: loggingNamespace,
  name: 'elasticsearch-setup',
  ports: [],
  service: 'none',
  ingress: [],
  egress: [
    { to: [podsOf('elasticsearch')], ports: [tcp(addOnPorts.elasticsearch)] },
    { to: [podsOf('kibana')], ports: [tcp(addOnPorts.kibana)] },
  ],
}

/** What other programs read, and what is for people. */
const ofOthers: ReadonlySet<string> = new Set(['filebeat.yml', 'logstash.conf', 'logstash.yml', 'log-line.schema.json'])

/**
 * Tells Elasticsearch how to keep the logs and Kibana how to show them; another file is another pod. It stays, for a
 * volume can be lost and a Job would not run again: what was forgotten is told anew, what was refused is tried again.
 */
export const elasticsearchSetupManifests = ({ files, image }: AddOnRequest): readonly KubernetesObject[] => {
  const own = filesBelow(files, 'logs/').filter(({ path }) => !ofOthers.has(path))
  const of = { group: part.group, namespace: part.namespace, owner: part.name }
  const config = fileConfigMaps({ ...of, files: own }, 'files')
  const container = addOnContainer(part, {
    name: 'setup',
    image: image('elasticsearch'),
    command: ['bash', '/files/set-up.sh'],
    args: ['keep'],
    size: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '250m', memory: '64Mi' } },
    mounts: [
      { name: 'files', mountPath: '/files', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    // When all of it is told.
    probes: {
      readinessProbe: { exec: { command: ['test', '-e', '/tmp/told'] }, periodSeconds: 5, failureThreshold: 1 },
    },
  })
  const template = addOnTemplate(part, {
    user,
    containers: [container],
    volumes: [config.volume, scratch('tmp', '16Mi')],
    token: 'none',
    graceSeconds: 5,
  })
  return [
    ...partSurroundings(part),
    ...config.objects,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: partMetadata(part),
      spec: {
        replicas: 1,
        revisionHistoryLimit: 2,
        selector: { matchLabels: { ...addOnSelector(part.name) } },
        template,
      },
    },
  ]
}

import { loggingNamespace } from '../add-ons/add-on-names.ts'
import { addOnNamespace } from '../add-ons/add-on-namespace.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { elasticsearchManifests } from './elasticsearch.ts'
import { elasticsearchSetupManifests } from './elasticsearch-setup.ts'
import { filebeatManifests } from './filebeat.ts'
import { kibanaManifests } from './kibana.ts'
import { logstashManifests } from './logstash.ts'

/** Everything of the namespace `logging` but its Secret. */
export const loggingManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...addOnNamespace('logging', loggingNamespace),
  ...elasticsearchManifests(request),
  ...logstashManifests(request),
  ...kibanaManifests(request),
  ...filebeatManifests(request),
  ...elasticsearchSetupManifests(request),
]

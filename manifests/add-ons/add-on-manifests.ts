import { controllerManifests } from '../ingress-controller/controller-manifests.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { loggingManifests } from '../logging/logging-manifests.ts'
import { monitoringManifests } from '../monitoring/monitoring-manifests.ts'
import type { AddOnGroup, AddOnRequest } from './add-on-request.ts'

const renderers: Readonly<Record<AddOnGroup, (request: AddOnRequest) => readonly KubernetesObject[]>> = {
  monitoring: monitoringManifests,
  logging: loggingManifests,
  ingress: controllerManifests,
}

/** Every object of one group but its Secret, in no order that counts. */
export const addOnManifests = (group: AddOnGroup, request: AddOnRequest): readonly KubernetesObject[] =>
  renderers[group](request)

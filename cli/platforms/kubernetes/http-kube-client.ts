import { askAccess, askVersion } from './ask-server.ts'
import { deleteObject } from './delete-object.ts'
import { forwardSocket } from './forward-socket.ts'
import type { KubeClient } from './kube-client.ts'
import type { KubeRequests } from './kube-requests.ts'
import { askPod, followLogs, readLogs } from './pod-requests.ts'
import { listObjects, readObject } from './read-objects.ts'
import { watchObjects } from './watch-objects.ts'
import { applyObject, createObject, patchObject, replaceObject } from './write-objects.ts'

export const createHttpKubeClient = (requests: KubeRequests): KubeClient => ({
  context: requests.place.context,
  server: requests.place.server,
  requestCount: () => requests.count,
  read: (reference, signal) => readObject(requests, reference, signal),
  list: (request, signal) => listObjects(requests, request, signal),
  create: (object, signal) => createObject(requests, object, signal),
  apply: (request, signal) => applyObject(requests, request, signal),
  replace: (object, signal) => replaceObject(requests, object, signal),
  patch: (reference, change, signal) => patchObject(requests, { reference, change }, signal),
  delete: (reference, signal) => deleteObject(requests, reference, signal),
  watch: (request, signal) => watchObjects(requests, request, signal),
  logs: (request, signal) => readLogs(requests, request, signal),
  followLogs: (request, signal) => followLogs(requests, request, signal),
  askPod: (request, signal) => askPod(requests, request, signal),
  forward(request, socket) {
    requests.count += 1
    return forwardSocket(requests.connection.config(), request, socket)
  },
  version: (signal) => askVersion(requests, signal),
  may: (access, signal) => askAccess(requests, access, signal),
})

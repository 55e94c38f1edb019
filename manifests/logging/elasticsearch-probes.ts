import { addOnPorts } from '../add-ons/add-on-names.ts'
import { httpProbes } from '../add-ons/add-on-pod.ts'

/** What the node itself knows: 200 also while the cluster is red. */
const alive = '/_cluster/health?local=true'
const joined =
  '/_cluster/health?wait_for_events=languid&wait_for_status=yellow&wait_for_no_initializing_shards=true&timeout=3s'

/**
 * Once after each start it waits until the cluster has a primary of all and copies nothing any more, or a rolling change
 * would take away the second copy while the first is made. Afterwards it answers for itself alone, so that a cluster in
 * need still has all the nodes that there are. Folders outlive a container: the mark is named by when this one started.
 */
export const readyScript = `set -eu
mark=\${TMPDIR:-/tmp}/joined-$(cut -d ' ' -f 22 /proc/1/stat)
ask() {
  curl --fail --silent --show-error --output /dev/null --max-time 4 "\${ELASTICSEARCH_URL:-http://127.0.0.1:${addOnPorts.elasticsearch}}$1"
}
if [ -e "$mark" ]; then
  ask '${alive}'
else
  ask '${joined}'
  touch "$mark"
fi
`

export const elasticsearchProbes = {
  ...httpProbes({ alive: { path: alive, port: 'http' }, ready: { path: alive, port: 'http' }, startSeconds: 600 }),
  readinessProbe: {
    exec: { command: ['bash', '-c', readyScript] },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
}

import { logStack, namespaceGlob } from './log-stack.ts'

const logsPath = '/var/log/containers/'
const { name, beatsPort } = logStack.logstash

/**
 * On each node: the container logs of the shop's namespaces, with what Kubernetes knows of their pods. Where Logstash
 * does not take more, files are read no further, and go on from where they were, also after a restart.
 */
export const filebeatConfiguration = (namespace: string) => ({
  'filebeat.inputs': [
    {
      type: 'filestream',
      id: 'shop-container-logs',
      paths: [`${logsPath}*_${namespaceGlob(namespace)}_*.log`],
      // The names in this folder are links.
      'prospector.scanner.symlinks': true,
      parsers: [{ container: { stream: 'all', format: 'auto' } }],
      // A line that is longer is no log line; its beginning is kept.
      message_max_bytes: 1_048_576,
      // What was deleted while Logstash was away is still read to its end, but does not fill the node for ever.
      'close.on_state_change.removed': false,
      clean_removed: false,
      'close.reader.after_interval': '6h',
      ignore_older: '48h',
      clean_inactive: '72h',
    },
  ],
  processors: [
    {
      add_kubernetes_metadata: {
        host: `\${NODE_NAME}`,
        default_indexers: { enabled: false },
        default_matchers: { enabled: false },
        indexers: [{ container: null }],
        matchers: [{ logs_path: { logs_path: logsPath } }],
        'labels.dedot': true,
        'annotations.dedot': true,
      },
    },
    { drop_fields: { fields: ['agent', 'ecs', 'input', 'kubernetes.annotations'], ignore_missing: true } },
  ],
  queue: { mem: { events: 4_096, 'flush.min_events': 512, 'flush.timeout': '1s' } },
  'output.logstash': {
    hosts: [`${name}:${beatsPort}`],
    worker: 1,
    bulk_max_size: 1_024,
    // Connections are made anew now and then, so that a second Logstash gets its share.
    ttl: '5m',
    pipelining: 0,
    timeout: '30s',
    'backoff.max': '60s',
  },
  'http.enabled': true,
  'http.host': '0.0.0.0',
  'http.port': 5_066,
  'logging.level': 'warning',
  'logging.metrics.enabled': false,
  // At the end what is on its way may still arrive.
  'filebeat.shutdown_timeout': '10s',
})

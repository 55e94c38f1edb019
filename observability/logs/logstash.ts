import { elasticsearchUrl, logStack } from './log-stack.ts'
import { logFilters } from './pipeline/log-filters.ts'
import { renderFilters } from './pipeline/render-logstash.ts'

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')

const inputs = `beats { port => ${logStack.logstash.beatsPort} }
tcp {
  port => ${logStack.logstash.tcpPort}
  codec => line
}`

/** Set of the container, so that somebody can look at what passes without another configuration. */
const stdoutSwitch = `mutate { add_field => { "[@metadata][stdout]" => "\${LOGSTASH_STDOUT:off}" } }`

const outputs = `elasticsearch {
  hosts => ["\${ELASTICSEARCH_URL:${elasticsearchUrl}}"]
  user => "\${ELASTICSEARCH_USERNAME:elastic}"
  password => "\${ELASTICSEARCH_PASSWORD:}"
  index => "logs-%{[namespace]}-%{+YYYY.MM.dd}"
  action => "index"
  data_stream => false
  ilm_enabled => false
  manage_template => false
}
if [@metadata][stdout] == "on" {
  stdout { codec => rubydebug }
}`

const section = (name: string, text: string): string => `${name} {\n${indented(text)}\n}\n`

/** The pipeline: what comes in at 5044 and 5000 is parsed and sent in bulk to the day's index of its namespace. */
export const logstashConfiguration = (namespace: string): string =>
  [
    '# Rendered by shopctl observability render; edit the typed source in observability/logs instead.\n',
    section('input', inputs),
    section('filter', `${renderFilters(logFilters(namespace))}\n${stdoutSwitch}`),
    section('output', outputs),
  ].join('\n')

/** Of the process. A queue on disk keeps what Elasticsearch cannot take now; what it refuses for good is kept too. */
export const logstashSettings = {
  'http.host': '0.0.0.0',
  'http.port': logStack.logstash.apiPort,
  'log.format': 'json',
  'pipeline.ecs_compatibility': 'disabled',
  'queue.type': 'persisted',
  'queue.max_bytes': '1gb',
  'dead_letter_queue.enable': true,
  'dead_letter_queue.max_bytes': '256mb',
  // What is in the image will do: nothing is fetched from outside the cluster.
  'xpack.geoip.downloader.enabled': false,
  'xpack.monitoring.enabled': false,
} as const

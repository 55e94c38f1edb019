/** Of Elasticsearch, Logstash, Filebeat and Kibana alike: they are only tested together in one version. */
export const elasticVersion = '8.11.0'

/** Names and ports inside the `logging` namespace. */
export const logStack = {
  namespace: 'logging',
  elasticsearch: { name: 'elasticsearch', port: 9200 },
  logstash: { name: 'logstash', beatsPort: 5044, tcpPort: 5000, apiPort: 9600 },
  kibana: { name: 'kibana', port: 5601 },
} as const

export const elasticsearchUrl = `http://${logStack.elasticsearch.name}:${logStack.elasticsearch.port}`
export const kibanaUrl = `http://${logStack.kibana.name}:${logStack.kibana.port}`
export const policyName = 'shop-logs'
export const templateName = 'shop-logs'
/** Only names that end in a date: `logs-*-*` alone belongs to Elasticsearch's own data streams. */
export const indexPattern = 'logs-*-*.*.*'
export const keptDays = 30
/** Where a line does not say credibly where it is from. */
export const unknownNamespace = 'unknown'

const shopPrefix = 'ecommerce-'

/**
 * The namespaces whose logs are taken, as a glob: all of the shop's, for those of one cluster share one log stack; else
 * exactly this one.
 */
export const namespaceGlob = (namespace: string): string =>
  namespace.startsWith(shopPrefix) ? `${shopPrefix}*` : namespace

/** The same as a regular expression. */
export const namespacePattern = (namespace: string): string => namespaceGlob(namespace).replace('*', '[a-z0-9-]{1,40}')

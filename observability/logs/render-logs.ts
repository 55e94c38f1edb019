import type { RenderTarget } from '../render-target.ts'
import { renderYaml } from '../render-yaml.ts'
import type { RenderedFile } from '../rendered-file.ts'
import { filebeatConfiguration } from './filebeat.ts'
import { indexTemplate, lifecyclePolicy } from './index-template.ts'
import { logAlertRules, logConnector, ruleBody } from './kibana/alert-rules.ts'
import { logDashboards, savedDashboard } from './kibana/dashboards.ts'
import { dataView } from './kibana/data-view.ts'
import { savedSearch, searches } from './kibana/searches.ts'
import { renderLogLineSchema } from './log-line-schema.ts'
import { logstashConfiguration, logstashSettings } from './logstash.ts'
import { connectorFile, ruleFile, setUpScript } from './set-up.ts'

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/** One object a line; what others refer to comes first. */
const kibanaObjects = (): string =>
  [dataView, ...searches.map(savedSearch), ...logDashboards.map(savedDashboard)]
    .map((object) => `${JSON.stringify(object)}\n`)
    .join('')

/** The log pipeline of a cluster. The local platform's logs are files, which `shopctl logs` reads. */
export const renderLogs = ({ discovery }: RenderTarget): readonly RenderedFile[] => {
  if (discovery.kind === 'local') return []
  const { namespace } = discovery
  const texts: Readonly<Record<string, string>> = {
    'filebeat.yml': renderYaml(filebeatConfiguration(namespace)),
    'logstash.conf': logstashConfiguration(namespace),
    'logstash.yml': renderYaml(logstashSettings),
    'index-template.json': json(indexTemplate),
    'lifecycle-policy.json': json(lifecyclePolicy),
    'kibana.ndjson': kibanaObjects(),
    [connectorFile]: json(logConnector.body),
    ...Object.fromEntries(logAlertRules.map((rule) => [ruleFile(rule.id), json(ruleBody(rule))])),
    'log-line.schema.json': renderLogLineSchema(),
    'set-up.sh': setUpScript(),
  }
  return Object.entries(texts).map(([name, text]) => ({ path: `logs/${name}`, text }))
}

import { logAlertRules, logConnector } from './kibana/alert-rules.ts'
import { elasticsearchUrl, kibanaUrl, policyName, templateName } from './log-stack.ts'

/** A file beside the script, and where its text goes. */
type Step =
  | { readonly kind: 'put'; readonly path: string; readonly file: string }
  | { readonly kind: 'import'; readonly path: string; readonly file: string }
  | { readonly kind: 'make-anew'; readonly path: string; readonly file: string }

export const ruleFile = (id: string): string => `kibana-rule-${id}.json`
export const connectorFile = 'kibana-connector.json'

/** The policy before the template that names it, what rules write to before them. */
const steps: readonly Step[] = [
  { kind: 'put', path: `/_ilm/policy/${policyName}`, file: 'lifecycle-policy.json' },
  { kind: 'put', path: `/_index_template/${templateName}`, file: 'index-template.json' },
  { kind: 'import', path: '/api/saved_objects/_import?overwrite=true', file: 'kibana.ndjson' },
  { kind: 'make-anew', path: `/api/actions/connector/${logConnector.id}`, file: connectorFile },
  ...logAlertRules.map(({ id }): Step => ({ kind: 'make-anew', path: `/api/alerting/rule/${id}`, file: ruleFile(id) })),
]

/** Waits up to ten minutes for who is not there yet; a refusal ends it at once. The password is no word of a process. */
const functions = `
elasticsearch=\${ELASTICSEARCH_URL:-${elasticsearchUrl}}
kibana=\${KIBANA_URL:-${kibanaUrl}}
wait_seconds=\${WAIT_SECONDS:-600}
here=$(dirname "$0")
# As curl's configuration wants it between quotes.
password=$(printf '%s' "\${ELASTICSEARCH_PASSWORD:-}" | sed 's/[\\\\"]/\\\\&/g')

ask() {
  printf 'user = "%s:%s"\\n' "\${ELASTICSEARCH_USERNAME:-elastic}" "$password" |
    curl --config - --silent --show-error --max-time 30 --header 'kbn-xsrf: shopctl' \\
      --retry 1000 --retry-delay 2 --retry-max-time "$wait_seconds" --retry-connrefused "$@"
}

send() {
  echo "$1 $2"
  ask --fail --output /dev/null --request "$1" --header 'content-type: application/json' --data-binary "@$here/$3" "$2"
}

import() {
  echo "POST $1"
  ask --fail --form "file=@$here/$2" "$1" | grep -q '"success":true' || { echo "$2 was not taken" >&2; exit 1; }
}

# Where there is none yet, taking it away answers 404.
make_anew() {
  ask --output /dev/null --request DELETE "$1"
  send POST "$1" "$2"
}
`

const call = ({ kind, path, file }: Step): string => {
  if (kind === 'put') return `send PUT "$elasticsearch${path}" ${file}`
  return kind === 'import' ? `import "$kibana${path}" ${file}` : `make_anew "$kibana${path}" ${file}`
}

/** The first of all and the last: who has forgotten one has forgotten more. */
const looks = [
  `$elasticsearch/_index_template/${templateName}`,
  ...logAlertRules.slice(-1).map(({ id }) => `$kibana/api/alerting/rule/${id}`),
]

/** With `keep` it stays, and tells all of it anew where Elasticsearch was emptied. Who does not answer may have it still. */
const keep = `
told=\${TOLD_FILE:-/tmp/told}
is_missing() {
  [ "$(ask --retry 0 --output /dev/null --write-out '%{http_code}' "$1")" = 404 ]
}

if [ "\${1:-}" != keep ]; then
  tell
  exit 0
fi
trap 'exit 0' TERM
while true; do
  rm -f "$told"
  tell
  touch "$told"
  until ${looks.map((url) => `is_missing "${url}"`).join(' || ')}; do
    sleep "\${LOOK_SECONDS:-60}" &
    wait $!
  done
  echo 'it was forgotten and is told anew'
done`

/** A script for the image of Elasticsearch, which has a shell and curl: the same however often it runs. */
export const setUpScript = (): string =>
  [
    '#!/bin/bash',
    '# Rendered by shopctl observability render; edit the typed source in observability/logs instead.',
    'set -euo pipefail',
    functions,
    'tell() {',
    ...steps.map((step) => `  ${call(step)}`),
    '}',
    keep,
    '',
  ].join('\n')

#!/bin/bash
# Rendered by shopctl observability render; edit the typed source in observability/logs instead.
set -euo pipefail

elasticsearch=${ELASTICSEARCH_URL:-http://elasticsearch:9200}
kibana=${KIBANA_URL:-http://kibana:5601}
wait_seconds=${WAIT_SECONDS:-600}
here=$(dirname "$0")
# As curl's configuration wants it between quotes.
password=$(printf '%s' "${ELASTICSEARCH_PASSWORD:-}" | sed 's/[\\"]/\\&/g')

ask() {
  printf 'user = "%s:%s"\n' "${ELASTICSEARCH_USERNAME:-elastic}" "$password" |
    curl --config - --silent --show-error --max-time 30 --header 'kbn-xsrf: shopctl' \
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

tell() {
  send PUT "$elasticsearch/_ilm/policy/shop-logs" lifecycle-policy.json
  send PUT "$elasticsearch/_index_template/shop-logs" index-template.json
  import "$kibana/api/saved_objects/_import?overwrite=true" kibana.ndjson
  make_anew "$kibana/api/actions/connector/shop-log" kibana-connector.json
  make_anew "$kibana/api/alerting/rule/shop-logs-fatal" kibana-rule-shop-logs-fatal.json
  make_anew "$kibana/api/alerting/rule/shop-logs-error-burst" kibana-rule-shop-logs-error-burst.json
  make_anew "$kibana/api/alerting/rule/shop-logs-malformed" kibana-rule-shop-logs-malformed.json
}

told=${TOLD_FILE:-/tmp/told}
is_missing() {
  [ "$(ask --retry 0 --output /dev/null --write-out '%{http_code}' "$1")" = 404 ]
}

if [ "${1:-}" != keep ]; then
  tell
  exit 0
fi
trap 'exit 0' TERM
while true; do
  rm -f "$told"
  tell
  touch "$told"
  until is_missing "$elasticsearch/_index_template/shop-logs" || is_missing "$kibana/api/alerting/rule/shop-logs-malformed"; do
    sleep "${LOOK_SECONDS:-60}" &
    wait $!
  done
  echo 'it was forgotten and is told anew'
done

import { services as facts, serviceNames } from '../../services/registry.ts'
import type { Prometheus } from '../prometheus/open-prometheus.ts'
import type { Sample } from '../prometheus/prometheus-answer.ts'
import type { InstanceRates } from './live-rates.ts'
import { edgeOf } from './read-counters.ts'

export type RatesRequest = { readonly prometheus: Pick<Prometheus, 'query'>; readonly namespace: string }

/** Four scrapes: one that was missed must not leave a hole. */
const window = '1m'

const counted = 'route!~"/health|unmatched"'

const rate = (series: string, labels: string, matchers: string): string =>
  `sum by (${labels}) (rate(http_request_duration_seconds_${series}{${matchers}}[${window}]))`

const nameOf = (longName: string | undefined): string =>
  serviceNames.find((name) => facts[name].longName === longName) ?? longName ?? ''

const isOf =
  (pod: string) =>
  ({ labels }: Sample): boolean =>
    labels.pod === pod

/** What each instance that Prometheus asks has done in the last minute; null where it did not answer. */
export const fetchRates = async ({ prometheus, namespace }: RatesRequest): Promise<readonly InstanceRates[]> => {
  const place = `namespace=${JSON.stringify(namespace)},service!=""`
  const [targets, requests, errors, buckets] = await Promise.all([
    prometheus.query(`up{${place}}`),
    prometheus.query(rate('count', 'pod', `${place},${counted}`)),
    prometheus.query(rate('count', 'pod', `${place},${counted},status_code=~"5.."`)),
    prometheus.query(rate('bucket', 'pod,le', `${place},${counted}`)),
  ])
  return targets.map(({ labels, value }) => {
    const pod = labels.pod ?? ''
    const instance = { name: pod, service: nameOf(labels.service) }
    if (value !== 1) return { ...instance, answers: 'no', rates: null }
    const asked = requests.find(isOf(pod))
    const own = buckets.filter(isOf(pod)).map((sample) => [edgeOf(sample.labels.le ?? ''), sample.value] as const)
    const rates = {
      // Of what answers and was asked nothing there is no series yet.
      requests: asked?.value ?? 0,
      errors: errors.find(isOf(pod))?.value ?? 0,
      buckets: new Map(own),
    }
    return { ...instance, answers: 'yes', rates }
  })
}

import { expect, test } from 'vitest'
import type { PrometheusWay } from '../platforms/platform.ts'
import { type FindPrometheus, findPrometheus } from './find-prometheus.ts'

const signal = AbortSignal.any([])
const url = 'http://127.0.0.1:1'
const way: PrometheusWay = { url, close: async () => undefined }

const askSilent = async (
  request: Pick<FindPrometheus, 'environment' | 'variables'> & { readonly name: 'local' | 'kubernetes' },
) => {
  const { name, ...rest } = request
  const found = await findPrometheus({ ...rest, platform: { name, openPrometheus: async () => way }, signal })
  return found?.prometheus.query('up')
}

test.each([
  ['local', 'local', {}, [`curl -i ${url}/-/ready`, 'shopctl observe --env local']],
  ['prod', 'kubernetes', {}, ['shopctl observability apply --env prod --only monitoring']],
  ['prod', 'kubernetes', { SHOPCTL_PROMETHEUS_URL: url }, [`curl -i ${url}/-/ready`]],
] as const)(
  'a silent Prometheus of %s (%s, %j) is told with what to type',
  async (environment, name, variables, fix) => {
    await expect(askSilent({ environment, name, variables })).rejects.toMatchObject({ code: 'PROMETHEUS_SILENT', fix })
  },
)

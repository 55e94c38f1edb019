import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderAlertmanager } from './alertmanager/render-alertmanager.ts'
import { renderPrometheus } from './prometheus/render-prometheus.ts'
import { localDiscovery, type RenderTarget } from './render-target.ts'
import { renderRules } from './rules/render-rules.ts'

const targets: readonly RenderTarget[] = [
  { environment: 'local', discovery: localDiscovery('targets.json') },
  {
    environment: 'prod',
    discovery: {
      kind: 'kubernetes',
      namespace: 'ecommerce-prod',
      neighbours: [{ environment: 'staging', namespace: 'ecommerce-staging' }],
    },
  },
]

const shared = /^prometheus\/rules\/(alerts|objectives)\.yml$/

const rendered = targets.flatMap((target) =>
  [renderPrometheus, renderRules, renderAlertmanager]
    .flatMap((render) => render(target))
    // The same for all, as the test below says.
    .filter(({ path }) => target.environment === 'local' || !shared.test(path))
    .map((file) => ({ environment: target.environment, ...file })),
)

test.each(rendered)('$path of $environment is as it was last looked at', async ({ environment, path, text }) => {
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', environment, path))
})

test('alerts and objectives are the same wherever the shop runs', () => {
  const [local, prod] = targets.map((target) => renderRules(target).filter(({ path }) => shared.test(path)))
  expect(local).toHaveLength(2)
  expect(prod).toEqual(local)
})

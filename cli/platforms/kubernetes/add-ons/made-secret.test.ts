import { expect, test } from 'vitest'
import { environments } from '../../../../stacks/environments.ts'
import { createMemoryKubeClient } from '../testing/memory-kube-client.ts'
import { addOnSecrets } from './add-on-secrets.ts'
import { isMadeThere, readMadeSecret } from './made-secret.ts'

test('what was made because nobody gave it can be read where it was made', async () => {
  const client = createMemoryKubeClient()
  const signal = AbortSignal.timeout(10_000)
  for (const name of ['monitoring', 'logging'])
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal)
  expect(await readMadeSecret(client, 'GRAFANA_ADMIN_PASSWORD', signal)).toBeNull()

  const kept: string[] = []
  const keepSecret = (secret: string) => void kept.push(secret)
  const place = { client, environment: environments.dev, repository: import.meta.dirname, variables: {}, keepSecret }
  for (const object of (await addOnSecrets(place, signal)).objects) await client.create(object, signal)

  expect(kept).toContain(await readMadeSecret(client, 'GRAFANA_ADMIN_PASSWORD', signal))
  expect(kept).toContain(await readMadeSecret(client, 'KIBANA_ENCRYPTION_KEY', signal))
  expect(isMadeThere('SLACK_URL')).toBe(false)
  expect(await readMadeSecret(client, 'SLACK_URL', signal)).toBeNull()
})

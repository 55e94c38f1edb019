import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { operationsOf } from '../kit/api-document-schema.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { serviceNames } from '../registry.ts'
import { serviceDocuments } from './service-documents.ts'
import { serviceSettings } from './service-settings.ts'

const started: ServiceProcess[] = []
afterAll(() => Promise.all(started.map((service) => service.kill())))

const nowhere = 'http://127.0.0.1:9'
/** What a request costs is counted before anything else is asked, so no database is needed. */
async function start(name: (typeof serviceNames)[number], limit: Readonly<Record<string, string>>) {
  const { RATE_LIMIT_REQUESTS, ...settings } = serviceSettings({ usersUrl: nowhere, catalogUrl: nowhere })[name]
  const place = { DATABASE_URL: 'postgres://127.0.0.1:9/nowhere', TRUSTED_PROXY_HOPS: '1' }
  const main = fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url))
  const service = await startService(main, { ...settings, ...place, ...limit })
  started.push(service)
  return service
}

async function shownBy(service: ServiceProcess, request: { method: string; path: string; client: string }) {
  const { method, path, client } = request
  const answer = await fetch(service.url + path, { method, headers: { 'x-forwarded-for': client } })
  await answer.body?.cancel()
  return [answer.headers.get('ratelimit-policy'), answer.headers.get('ratelimit')]
}

/** Where nothing is set: what people do by hand is few, and a page of the shop is many requests of one address. */
const withoutSetting = { users: '"client";q=100;w=60', catalog: null, orders: null }

describe.each(serviceNames)('%s', (name) => {
  test('X28: where a limit is set, every route says the policy and what is left, and documents its 429', async () => {
    const document = (await serviceDocuments())[name]
    const limited = operationsOf(document).filter(({ path }) => path.startsWith('/api/v1/'))
    expect(limited.length).toBeGreaterThan(2)
    const service = await start(name, { RATE_LIMIT_REQUESTS: '70' })
    for (const [index, { method, path }] of limited.entries()) {
      const filled = path.replaceAll(/\{\w+\}/g, 'x')
      const shown = await shownBy(service, { method: method.toUpperCase(), path: filled, client: `192.0.2.${index}` })
      expect([method, path, ...shown]).toEqual([method, path, '"client";q=70;w=60', '"client";r=69;t=60'])
      expect(Object.keys(document.paths[path]?.[method]?.responses ?? {}), `${method} ${path}`).toContain('429')
    }
    await service.kill()
  })

  test('X28: where none is set, the service has its own or none', async () => {
    const service = await start(name, {})
    const [policy] = await shownBy(service, { method: 'GET', path: '/api/v1/x', client: '192.0.2.1' })
    expect(policy).toBe(withoutSetting[name])
    await service.kill()
  })
})

import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { runProgram } from '../kit/testing/run-program.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import { aloneNames } from './alone.ts'
import { anonymous, knownPassword } from './callers.ts'
import { serviceSettings } from './service-settings.ts'
import { sendTo } from './world.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const nobody = 65_532

/** What ships: made by what makes releases, which no service may import. */
const bundling = (into: string) => `
  import { bundleService } from './cli/images/bundle-service.ts'
  const places = { root: process.cwd(), directory: ${JSON.stringify(into)}, cacheDirectory: ${JSON.stringify(into)} }
  const files = ${JSON.stringify(aloneNames)}.map(async (service) => [service, (await bundleService({ ...places, service })).file])
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(files))))`

/** Stands where it lies and, where the tests are root, is nobody before anything of the bundle is read. */
const confined = (folder: string) => {
  const becomeNobody = `process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody})`
  const script = `process.chdir(${JSON.stringify(folder)}); if (process.getuid() === 0) { ${becomeNobody} }`
  // Of the permission model: no file is written, no program started, no native package loaded, no worker begun.
  return `--permission --allow-fs-read=* --import=data:text/javascript,${encodeURIComponent(script)}`
}

const filesSchema = z.record(z.enum(aloneNames), z.string())
const logLine = z.looseObject({ level: z.string(), message: z.string(), service: z.string() })
const signedInSchema = z.looseObject({ access_token: z.string() })
const productsSchema = z.looseObject({ data: z.array(z.looseObject({ sku: z.string() })).min(1) })

let folder: string
let users: TestDatabase<unknown>
let catalog: TestDatabase<unknown>
const started: ServiceProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-test-alone-'))
  ;[users, catalog] = [await testDatabase<unknown>([]), await testDatabase<unknown>([])]
})
afterAll(async () => {
  await Promise.all(started.map((service) => service.kill()))
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o755)
  await rm(folder, { recursive: true, force: true })
  await Promise.all([users.drop(), catalog.drop()])
})

test('X23: users and catalog are one file each: as nobody, in an empty directory that is not written to', async () => {
  const made = await runProgram([process.execPath, '--input-type=module', '--eval', bundling(join(folder, 'made'))], {
    folder: root,
    environment: {},
  })
  const files = filesSchema.parse(JSON.parse(made.output))
  await chmod(folder, 0o755)
  let usersUrl = 'http://127.0.0.1:1'
  const start = async (name: (typeof aloneNames)[number], url: string): Promise<ServiceProcess> => {
    const place = join(folder, name)
    await cp(files[name], join(place, 'bundle.mjs'))
    await chmod(join(place, 'bundle.mjs'), 0o444)
    await chmod(place, 0o555)
    const environment = {
      ...serviceSettings({ usersUrl, catalogUrl: usersUrl })[name],
      SHOP_ENV: 'local',
      DATABASE_URL: url,
      ...(name === 'users' ? { SEED_CUSTOMER_PASSWORD: knownPassword, SEED_ADMIN_PASSWORD: `${knownPassword}s` } : {}),
      NODE_OPTIONS: confined(place),
    }
    const bundle = join(place, 'bundle.mjs')
    for (const command of ['migrate', 'seed']) {
      const { exitCode, output } = await runProgram([process.execPath, bundle, command], { folder: place, environment })
      expect([command, exitCode, output]).toEqual([command, 0, expect.any(String)])
    }
    const service = await startService(bundle, environment)
    started.push(service)
    return service
  }
  const ready = (service: ServiceProcess) =>
    expect.poll(async () => (await fetch(`${service.url}/health?check=ready`)).status, { timeout: 10_000 }).toBe(200)

  const usersProcess = await start('users', users.url)
  usersUrl = usersProcess.url
  const catalogProcess = await start('catalog', catalog.url)
  const services = { users: usersProcess, catalog: catalogProcess }
  await Promise.all(Object.values(services).map(ready))

  const email = 'demo@shop.example'
  const login = { method: 'POST', path: '/api/v1/auth/login', as: anonymous, body: { email, password: knownPassword } }
  const { access_token } = signedInSchema.parse((await sendTo(usersProcess.url, login)).json)
  const me = { method: 'GET', path: '/api/v1/users/me', as: { authorization: `Bearer ${access_token}` } }
  expect((await sendTo(usersProcess.url, me)).json).toMatchObject({ email })
  productsSchema.parse(
    (await sendTo(catalogProcess.url, { method: 'GET', path: '/api/v1/products', as: anonymous })).json,
  )
  for (const [name, { url }] of Object.entries(services)) {
    const page = await fetch(`${url}/docs`)
    const text = await page.text()
    expect([name, page.status, page.headers.get('content-type')]).toEqual([
      name,
      200,
      expect.stringMatching('text/html'),
    ])
    expect(text).toContain('/api/v1/')
    const document = z.looseObject({ openapi: z.string() }).parse(await (await fetch(`${url}/openapi.json`)).json())
    expect([name, document.openapi]).toEqual([name, '3.1.0'])
  }

  for (const service of Object.values(services)) {
    service.signal('SIGTERM')
    expect(await service.ended).toBe(0)
    const lines = service.lines().map((line) => logLine.parse(line))
    expect(lines.filter(({ level }) => level === 'ERROR' || level === 'FATAL')).toEqual([])
    expect(lines).toContainEqual(expect.objectContaining({ status_code: 200 }))
  }
  for (const name of aloneNames) expect(await readdir(join(folder, name))).toEqual(['bundle.mjs'])
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installFakeTrivy } from '../../images/scan/testing/install-fake-trivy.ts'
import { runTool } from '../../tools/run-tool.ts'
import { scanConfiguration } from './scan-configuration.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shopctl infra scan '))
  writeFileSync(join(root, 'cdk.tf.json'), '{}')
  writeFileSync(join(root, 'plan.tfplan'), 'secrets')
})
afterEach(() => rmSync(root, { recursive: true }))

const request = (path: string) => ({
  folder: root,
  environment: 'prod',
  stack: 'shop-prod',
  waivers: [],
  cacheDirectory: join(root, 'cache'),
  variables: { PATH: path },
  run: runTool,
  say: () => undefined,
  now: new Date('2026-08-01T12:00:00Z'),
  signal: new AbortController().signal,
})

test('Trivy sees the synthesised JSON alone, and what it finds is judged by the policy of the environment', async () => {
  const trivy = installFakeTrivy(join(root, 'bin'))
  const scan = await scanConfiguration(request(trivy.path))
  expect(scan).toMatchObject({ scanner: 'trivy 0.70.0', verdict: 'blocked' })
  const blocking = scan?.findings.filter(({ judgement }) => judgement === 'blocks') ?? []
  expect(blocking.length).toBeGreaterThan(0)
  const [words = []] = trivy.calls().flatMap(({ args }) => (args[0] === 'config' ? [args] : []))
  expect(words).not.toContain(root)

  const rules = [...new Set(blocking.map(({ rule }) => rule))]
  const waivers = rules.map((rule) => ({ rule, resource: '*', reason: 'accepted for a test', until: '2026-08-01' }))
  expect(await scanConfiguration({ ...request(trivy.path), waivers })).toMatchObject({ verdict: 'passed' })
  // It holds to the end of its last day, and no longer.
  const tomorrow = new Date('2026-08-02T00:00:00Z')
  expect(await scanConfiguration({ ...request(trivy.path), waivers, now: tomorrow })).toMatchObject({
    verdict: 'blocked',
  })
})

test('where it is not installed there is no scan, and a scan that breaks is no passed one', async () => {
  expect(await scanConfiguration(request('/nowhere'))).toBeNull()
  const trivy = installFakeTrivy(join(root, 'bin'), { scan: 'truncated' })
  await expect(scanConfiguration(request(trivy.path))).rejects.toMatchObject({ code: 'SCAN_FAILED' })
})

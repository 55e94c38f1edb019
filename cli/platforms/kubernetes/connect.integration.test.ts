import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { connect } from './connect.ts'

const { KUBECONFIG } = process.env
const skipped = KUBECONFIG === undefined

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'connect-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const signal = AbortSignal.timeout(30_000)

const clientOf = (cluster: Readonly<Record<string, unknown>>, user: unknown) => {
  const file = join(directory, 'kubeconfig')
  const content = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'test',
  }
  writeFileSync(file, JSON.stringify(content))
  return connect({ kubeContext: null, processEnvironment: { KUBECONFIG: file } })
}

describe.skipIf(skipped)(`connecting to a real API server${skipped ? ' (skipped: no KUBECONFIG)' : ''}`, () => {
  const cluster = () => parse(readFileSync(KUBECONFIG ?? '', 'utf8')).clusters[0].cluster

  test('the client knows the version and the clock of the server', async () => {
    const client = await connect({ kubeContext: null, processEnvironment: process.env })
    const { gitVersion, serverTime } = await client.version(signal)
    expect(gitVersion).toMatch(/^v1\.\d+/)
    expect(Math.abs((serverTime?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('a certificate of somebody unknown is refused at once', async () => {
    const client = await clientOf({ server: cluster().server }, { token: 'canary-token' })
    await expect(client.version(signal)).rejects.toMatchObject({ code: 'KUBE_CERTIFICATE', exitCode: 3 })
    expect(client.requestCount()).toBe(1)
  })

  test('a token that nobody knows is refused, and not repeated', async () => {
    const client = await clientOf(cluster(), { token: 'canary-token' })
    const error: unknown = await client
      .read({ apiVersion: 'v1', kind: 'Namespace', name: 'default', namespace: null }, signal)
      .catch((refused: unknown) => refused)
    expect(error).toMatchObject({ code: 'KUBE_UNAUTHORIZED', exitCode: 3 })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary-token')
  })
})

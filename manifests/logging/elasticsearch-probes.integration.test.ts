import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ScriptedServer, scriptedServer } from '../../services/kit/testing/scripted-server.ts'
import { readyScript } from './elasticsearch-probes.ts'

let elasticsearch: ScriptedServer
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-elasticsearch-ready-'))
  elasticsearch = await scriptedServer()
})
afterEach(async () => {
  await elasticsearch.close()
  await rm(folder, { recursive: true })
})

/** As the kubelet runs it. */
const isReady = (): Promise<boolean> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ELASTICSEARCH_URL: elasticsearch.url, TMPDIR: folder }
    execFile('bash', ['-c', readyScript], { env, timeout: 10_000 }, (error) => resolve(error === null))
  })

test('a node is ready once all is copied, and stays so while the cluster is in need', async () => {
  let copies = true
  elasticsearch.script(({ path }) => {
    if (path.includes('local=true')) return { status: 200, json: {} }
    return copies ? { status: 408, json: { timed_out: true } } : { status: 200, json: { status: 'green' } }
  })
  expect(await isReady()).toBe(false)
  copies = false
  expect(await isReady()).toBe(true)
  copies = true
  expect(await isReady()).toBe(true)
  expect(elasticsearch.calls.map(({ path }) => path.includes('wait_for_status=yellow'))).toEqual([true, true, false])
})

test('a node that does not answer is not ready', async () => {
  elasticsearch.script(() => 'reset')
  expect(await isReady()).toBe(false)
})

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type RecordedCall,
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../services/kit/testing/scripted-server.ts'
import { indexTemplate } from './index-template.ts'
import { renderLogs } from './render-logs.ts'

let folder: string
let stack: ScriptedServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-log-set-up-'))
  const discovery = { kind: 'kubernetes', namespace: 'ecommerce-dev' } as const
  for (const { path, text } of renderLogs({ environment: 'dev', discovery })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  stack = await scriptedServer()
})
afterEach(() => stack.close())

/** With Elasticsearch and Kibana at one address. */
const settings = () => ({
  PATH: process.env.PATH,
  ELASTICSEARCH_URL: stack.url,
  KIBANA_URL: stack.url,
  ELASTICSEARCH_PASSWORD: 'p"w',
  WAIT_SECONDS: '20',
  LOOK_SECONDS: '0.05',
  TOLD_FILE: join(folder, 'told'),
})

/** The script as a person runs it. */
function setUp(): Promise<{ readonly exitCode: number | string | null; readonly output: string }> {
  const env = settings()
  return new Promise((resolve) => {
    execFile('bash', [join(folder, 'logs/set-up.sh')], { env, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : (error.code ?? null), output: stdout + stderr }),
    )
  })
}

/** As who has everything and takes everything. */
const taken = ({ method, path }: RecordedCall): ScriptedAnswer => {
  if (path.includes('_import')) return { status: 200, json: { success: true } }
  return method === 'DELETE' ? { status: 404, json: {} } : { status: 200, json: {} }
}

test('it tells Elasticsearch and Kibana everything in its order, waits for who is not up yet, and may be run again', async () => {
  let refusals = 1
  stack.script((call) => {
    refusals -= 1
    return refusals >= 0 ? { status: 503, text: 'starting' } : taken(call)
  })
  expect(await setUp()).toMatchObject({ exitCode: 0 })
  const told = stack.calls.map(({ method, path }) => `${method} ${path}`)
  expect(told.slice(0, 6)).toEqual([
    'PUT /_ilm/policy/shop-logs',
    'PUT /_ilm/policy/shop-logs',
    'PUT /_index_template/shop-logs',
    'POST /api/saved_objects/_import?overwrite=true',
    'DELETE /api/actions/connector/shop-log',
    'POST /api/actions/connector/shop-log',
  ])
  expect(told.filter((one) => one.startsWith('POST /api/alerting/rule/'))).toHaveLength(3)
  expect(stack.calls[2]?.body).toEqual(JSON.parse(JSON.stringify(indexTemplate)))
  expect(stack.calls[0]?.headers).toMatchObject({
    authorization: `Basic ${Buffer.from('elastic:p"w').toString('base64')}`,
    'kbn-xsrf': 'shopctl',
  })
})

test('a refusal ends it, and nothing that builds on it is told', async () => {
  stack.script((call) => (call.path.includes('_index_template') ? { status: 400, text: 'no' } : taken(call)))
  const { exitCode, output } = await setUp()
  expect([exitCode, output]).toEqual([22, expect.stringMatching(/PUT .*_index_template.*400/s)])
  expect(stack.calls.at(-1)?.path).toBe('/_index_template/shop-logs')
})

test('objects that Kibana took only in part end it', async () => {
  stack.script((call) => (call.path.includes('_import') ? { status: 200, json: { success: false } } : taken(call)))
  expect(await setUp()).toMatchObject({ exitCode: 1, output: expect.stringContaining('kibana.ndjson was not taken') })
})

describe('where it stays', () => {
  /** As the pod runs it, until `seen` is answered; then it is told to end. */
  const keptUntil = async (seen: () => boolean): Promise<number | null> => {
    const script = spawn('bash', [join(folder, 'logs/set-up.sh'), 'keep'], { env: settings(), stdio: 'ignore' })
    const ended = once(script, 'exit')
    try {
      await vi.waitFor(() => expect(seen()).toBe(true), { timeout: 15_000, interval: 20 })
    } finally {
      script.kill('SIGTERM')
    }
    const [code] = await ended
    return code
  }
  const told = (): number => stack.calls.filter(({ path }) => path.startsWith('/_ilm/')).length
  const looks = (): number => stack.calls.filter(({ method }) => method === 'GET').length

  test('it tells an Elasticsearch that was emptied all of it again, and says meanwhile that it is not told', async () => {
    const isTold = () => existsSync(join(folder, 'told'))
    const seen: boolean[] = []
    stack.script((call) => {
      if (call.path.startsWith('/_ilm/')) seen.push(isTold())
      return call.method === 'GET' && told() === 1 ? { status: 404, json: {} } : taken(call)
    })
    expect(await keptUntil(() => told() === 2 && isTold())).toBe(0)
    expect(seen).toEqual([false, false])
  })

  test('it waits for who does not answer, and tells nothing twice', async () => {
    stack.script((call) => (call.method === 'GET' ? { status: 503, text: 'starting' } : taken(call)))
    expect(await keptUntil(() => looks() > 6)).toBe(0)
    expect(told()).toBe(1)
  })

  test('a refusal ends it, so that the pod is started again', async () => {
    stack.script((call) => (call.path.includes('_index_template') ? { status: 400, text: 'no' } : taken(call)))
    const script = spawn('bash', [join(folder, 'logs/set-up.sh'), 'keep'], { env: settings(), stdio: 'ignore' })
    expect(await once(script, 'exit')).toEqual([22, null])
  })
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { listenForTest } from '../../observability/testing/listen-for-test.ts'
import { canariesIn, plantCanary } from '../e2e/canary.ts'
import type { EventBody } from '../output/events.ts'
import { aRelease } from '../releases/testing/a-release.ts'
import { createRedactor } from '../tools/redact.ts'
import { annotateRelease } from './annotate-release.ts'
import { releaseAnnotation } from './release-annotation.ts'
import { tellGrafana } from './tell-grafana.ts'

const token = plantCanary('the token')
const closed = { release: aRelease({ number: 2, why: 'for 7' }), previous: aRelease({ number: 1 }) }

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const grafana = (answer: RequestListener): Promise<string> => {
  const server = createServer(answer)
  servers.push(server)
  return listenForTest(server)
}

/** What was said; it must never be the token. */
const tell = async (variables: Readonly<Record<string, string>>) => {
  const events: EventBody[] = []
  const reporter = { emit: (event: EventBody) => void events.push(event) }
  const signal = new AbortController().signal
  await tellGrafana(closed, { variables, redactor: createRedactor(), reporter, signal })
  expect(canariesIn(JSON.stringify(events), [token])).toEqual([])
  return events.map((event) => (event.type === 'warning' ? event.message : event.type))
}

type Asked = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }

const keeping = (asked: Asked[], status = 200): RequestListener => {
  return async (request, response) => {
    asked.push({ path: `${request.method} ${request.url}`, headers: request.headers, body: await text(request) })
    response.writeHead(status).end('{"message":"Annotation added","id":1}')
  }
}

test('where no Grafana is named, none is asked and nothing is said', async () => {
  expect(await tell({ SHOPCTL_GRAFANA_TOKEN: token.secret })).toEqual([])
})

test('the annotation is posted with the token, below the path that Grafana lives at', async () => {
  const asked: Asked[] = []
  const url = `${await grafana(keeping(asked))}/grafana/`
  expect(await tell({ SHOPCTL_GRAFANA_URL: url, SHOPCTL_GRAFANA_TOKEN: token.secret })).toEqual([])
  expect(asked).toMatchObject([
    { path: 'POST /grafana/api/annotations', headers: { authorization: `Bearer ${token.secret}` } },
  ])
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual(releaseAnnotation(closed.release, closed.previous))
})

test('the token may be in a file, with a new line at its end', async () => {
  const asked: Asked[] = []
  const folder = await mkdtemp(join(tmpdir(), 'shopctl-grafana-'))
  const file = join(folder, 'token')
  await writeFile(file, `${token.secret}\n`)
  expect(await tell({ SHOPCTL_GRAFANA_URL: await grafana(keeping(asked)), SHOPCTL_GRAFANA_TOKEN_FILE: file })).toEqual(
    [],
  )
  await rm(folder, { recursive: true })
  expect(asked[0]?.headers.authorization).toBe(`Bearer ${token.secret}`)
})

test.each([
  ['not an address', {}, 'SHOPCTL_GRAFANA_URL cannot be read as a URL'],
  ['http://grafana.example', {}, 'a token goes over no open wire'],
  [`https://me:${encodeURIComponent(token.secret)}@grafana.example`, {}, 'has a name or password in it'],
  ['https://grafana.example', {}, 'neither SHOPCTL_GRAFANA_TOKEN nor SHOPCTL_GRAFANA_TOKEN_FILE has a token'],
  ['https://grafana.example', { SHOPCTL_GRAFANA_TOKEN_FILE: '/nowhere/token' }, 'cannot be read'],
  ['https://grafana.example', { SHOPCTL_GRAFANA_TOKEN: `${token.secret}\nx` }, 'characters that no token has'],
])('%s with %j is one line that says so', async (url, more, why) => {
  expect(await tell({ SHOPCTL_GRAFANA_URL: url, ...more })).toEqual([
    expect.stringMatching(new RegExp(`^Release 2 is not marked in Grafana: .*${why}.*\\.$`)),
  ])
})

test.each([
  [401, 'the token may not write annotations'],
  [502, 'it answered 502'],
])('an answer of %d is one line', async (status, why) => {
  const url = await grafana(keeping([], status))
  expect(await tell({ SHOPCTL_GRAFANA_URL: url, SHOPCTL_GRAFANA_TOKEN: token.secret })).toEqual([
    expect.stringContaining(why),
  ])
})

test('nobody listening is one line, and whoever is pointed to is not told the token', async () => {
  const asked: Asked[] = []
  const other = await grafana(keeping(asked))
  const url = await grafana((_, response) => response.writeHead(307, { location: other }).end())
  for (const place of ['http://127.0.0.1:1', url]) {
    const said = await tell({ SHOPCTL_GRAFANA_URL: place, SHOPCTL_GRAFANA_TOKEN: token.secret })
    expect(said).toEqual([expect.stringMatching(/^Release 2 is not marked in Grafana: /)])
  }
  expect(asked).toEqual([])
})

test('a Grafana that takes the question and is silent is given up after the deadline', async () => {
  const url = new URL(await grafana(() => undefined))
  const annotation = releaseAnnotation(closed.release, closed.previous)
  const signal = new AbortController().signal
  const told = annotateRelease(annotation, { grafana: { url, token: 'token' }, signal, answerSeconds: 0.1 })
  expect(await told).toBe('it did not answer within 0.1 s')
})

test('an interrupt ends the question at once', async () => {
  const stop = new AbortController()
  const url = new URL(await grafana(() => stop.abort()))
  const annotation = releaseAnnotation(closed.release, closed.previous)
  expect(await annotateRelease(annotation, { grafana: { url, token: 'token' }, signal: stop.signal })).toBe(
    'interrupted',
  )
})

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'

export type S3Call = { readonly method: string; readonly path: string; readonly headers: http.IncomingHttpHeaders }

type Answer = { readonly status: number; readonly body?: string | Buffer; readonly headers?: Record<string, string> }

/** What the next calls meet: an answer in place of the bucket's, `hang`, or an answer that is cut off. */
export type S3Trouble = { readonly status: number; readonly code: string } | 'hang' | 'cut-off'

export type S3StandIn = {
  readonly endpoint: string
  readonly calls: readonly S3Call[]
  readonly objects: Map<string, Buffer>
  /** Until it is called with null. */
  trouble(next: S3Trouble | null): void
  /** As a service may: it learns by listing only what is not there. */
  hideMissing(): void
  close(): Promise<void>
}

/** One bucket that speaks as much of S3's protocol as the store does: conditional PUT with a checksum, GET, list. */
export async function s3StandIn(bucket: string): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>()
  const calls: S3Call[] = []
  let trouble: S3Trouble | null = null
  let missing: Answer = failure(404, 'NoSuchKey')

  const answerTo = ({ method, path, headers }: S3Call, body: Buffer): Answer => {
    const url = new URL(path, 'http://s3.test')
    const [, name, ...rest] = decodeURIComponent(url.pathname).split('/')
    const key = rest.join('/')
    if (name !== bucket) return failure(404, 'NoSuchBucket')
    if (method === 'GET' && key === '') return listing([...objects.keys()], url.searchParams.get('prefix') ?? '')
    if (method === 'GET') return found(objects.get(key)) ?? missing
    if (method !== 'PUT') return failure(405, 'MethodNotAllowed')
    if (createHash('sha256').update(body).digest('base64') !== headers['x-amz-checksum-sha256']) {
      return failure(400, 'BadDigest')
    }
    if (headers['if-none-match'] === '*' && objects.has(key)) return failure(412, 'PreconditionFailed')
    objects.set(key, body)
    return { status: 200 }
  }

  const server = http.createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    const call = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers }
    calls.push(call)
    if (trouble === 'hang') return
    if (trouble === 'cut-off') {
      outgoing.writeHead(200, { 'content-length': '1000' })
      return void outgoing.write('half', () => outgoing.destroy())
    }
    const answer = trouble === null ? answerTo(call, Buffer.concat(chunks)) : failure(trouble.status, trouble.code)
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    calls,
    objects,
    trouble(next) {
      trouble = next
    },
    hideMissing() {
      missing = failure(403, 'AccessDenied')
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const xml = { 'content-type': 'application/xml' }

const failure = (status: number, code: string): Answer => ({
  status,
  headers: xml,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
})

const found = (bytes: Buffer | undefined): Answer | null =>
  bytes === undefined ? null : { status: 200, headers: { 'content-type': 'application/pdf' }, body: bytes }

function listing(keys: readonly string[], prefix: string): Answer {
  const contents = keys.filter((key) => key.startsWith(prefix)).map((key) => `<Contents><Key>${key}</Key></Contents>`)
  return {
    status: 200,
    headers: xml,
    body: `<?xml version="1.0"?><ListBucketResult>${contents[0] ?? ''}</ListBucketResult>`,
  }
}

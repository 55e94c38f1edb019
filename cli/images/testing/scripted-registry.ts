import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { digestOf } from '../assemble/content.ts'

export type SeenRequest = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly authorization: string | null
  readonly contentRange: string | null
}

export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** What goes wrong instead of the answer: another one, or a connection that breaks after so many bytes of the body. */
export type Fault = Answer | { readonly breakAfterBytes: number }

export type ScriptedRegistry = {
  readonly host: string
  readonly seen: readonly SeenRequest[]
  /** `repository@digest` → bytes. */
  readonly blobs: Map<string, Buffer>
  /** `repository:reference` → manifest. */
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Buffer }>
  /** `METHOD path` of every request, in order. */
  asked(): readonly string[]
  close(): Promise<void>
}

const readBody = async (request: IncomingMessage, limit: number): Promise<Buffer> => {
  let body = Buffer.alloc(0)
  for await (const chunk of request) {
    body = Buffer.concat([body, chunk])
    if (body.length >= limit) return body.subarray(0, limit)
  }
  return body
}

/** A registry in memory that is well unless the script says otherwise: null leaves a request to it. */
export const startScriptedRegistry = async (
  script: (request: SeenRequest) => Fault | null = () => null,
): Promise<ScriptedRegistry> => {
  const blobs = new Map<string, Buffer>()
  const manifests = new Map<string, { mediaType: string; bytes: Buffer }>()
  const uploads = new Map<string, Buffer>()
  const seen: SeenRequest[] = []

  const answerUpload = (seenRequest: SeenRequest, repository: string, id: string, body: Buffer): Answer => {
    const { method, path } = seenRequest
    const url = new URL(path, 'http://registry.test')
    if (method === 'POST') {
      const from = blobs.get(`${url.searchParams.get('from')}@${url.searchParams.get('mount')}`)
      if (from !== undefined) {
        blobs.set(`${repository}@${url.searchParams.get('mount')}`, from)
        return { status: 201 }
      }
      const location = `/v2/${repository}/blobs/uploads/${randomUUID()}?_state=a%2Fb`
      uploads.set(location.split('/').at(-1)?.split('?')[0] ?? '', Buffer.alloc(0))
      return { status: 202, headers: { location } }
    }
    const received = uploads.get(id)
    if (received === undefined) return { status: 404 }
    const whole = Buffer.concat([received, body])
    const location = `/v2/${repository}/blobs/uploads/${id}?_state=a%2Fb`
    const headers = { location, range: `0-${Math.max(0, whole.length - 1)}` }
    if (method === 'GET') return { status: 204, headers }
    uploads.set(id, whole)
    if (method === 'PATCH') return { status: 202, headers }
    const digest = url.searchParams.get('digest') ?? ''
    if (digestOf(whole) !== digest || url.searchParams.get('_state') !== 'a/b') return { status: 400 }
    blobs.set(`${repository}@${digest}`, whole)
    return { status: 201, headers: { 'docker-content-digest': digest } }
  }

  const answerBlob = ({ contentRange }: SeenRequest, blob: Buffer | undefined): Answer => {
    if (blob === undefined) return { status: 404 }
    const from = /^bytes=(\d+)-$/.exec(contentRange ?? '')?.[1]
    return from === undefined ? { status: 200, body: blob } : { status: 206, body: blob.subarray(Number(from)) }
  }

  const answerManifest = (request: IncomingMessage, repository: string, reference: string, body: Buffer): Answer => {
    if (request.method === 'PUT') {
      const manifest = { mediaType: request.headers['content-type'] ?? '', bytes: body }
      manifests.set(`${repository}:${reference}`, manifest)
      manifests.set(`${repository}:${digestOf(body)}`, manifest)
      return { status: 201 }
    }
    const found = manifests.get(`${repository}:${reference}`)
    if (found === undefined) return { status: 404 }
    const headers = { 'content-type': found.mediaType, 'docker-content-digest': digestOf(found.bytes) }
    return { status: 200, headers, body: found.bytes }
  }

  const answer = (request: IncomingMessage, seenRequest: SeenRequest, body: Buffer): Answer => {
    const [, repository = '', kind, name = ''] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/([^?]*)/.exec(seenRequest.path) ?? []
    if (kind === 'blobs/uploads') return answerUpload(seenRequest, repository, name, body)
    if (kind === 'blobs') return answerBlob(seenRequest, blobs.get(`${repository}@${name}`))
    return answerManifest(request, repository, name, body)
  }

  const respond = (response: ServerResponse, { status, headers, body = '' }: Answer): void => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
    response.end(body)
  }

  /** A body that breaks off while it is sent leaves what has arrived; one that is received breaks off the answer. */
  const breakOff = (socket: Socket, response: ServerResponse, whole: Answer, bytes: number): void => {
    if (response.req.method === 'GET') {
      response.writeHead(whole.status, { 'content-length': Buffer.byteLength(whole.body ?? '') })
      response.write(Buffer.from(whole.body ?? '').subarray(0, bytes), () => socket.destroy())
      return
    }
    socket.destroy()
  }

  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const contentRange = headers['content-range'] ?? headers.range ?? null
    const seenRequest = { method, path, authorization: headers.authorization ?? null, contentRange }
    seen.push(seenRequest)
    const fault = script(seenRequest)
    if (fault !== null && 'status' in fault) {
      request.resume()
      respond(response, fault)
      return
    }
    // A request that is not read to its end lets go of its socket.
    const { socket } = request
    const body = await readBody(request, fault?.breakAfterBytes ?? Number.POSITIVE_INFINITY).catch(() => null)
    if (body === null) return
    const whole = answer(request, seenRequest, body)
    if (fault === null) respond(response, whole)
    else breakOff(socket, response, whole, fault.breakAfterBytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The scripted registry has no port')

  return {
    host: `127.0.0.1:${address.port}`,
    seen,
    blobs,
    manifests,
    asked: () => seen.map(({ method, path }) => `${method} ${path}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

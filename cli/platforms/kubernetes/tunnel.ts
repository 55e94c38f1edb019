import { createServer, type Socket } from 'node:net'
import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'

export type TunnelTarget = {
  readonly namespace: string
  /** Finds the pods: a Service's selector. */
  readonly selector: Readonly<Record<string, string>>
  /** Of the pods, by number. */
  readonly port: number
}

export type Tunnel = {
  readonly port: number
  readonly url: string
  /** Ends every connection through it. */
  close(): Promise<void>
}

type TunnelRequest = TunnelTarget & {
  readonly client: KubeClient
  /** 0 is any free one. */
  readonly localPort: number
  readonly signal: AbortSignal
}

const podStatus = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
})

const isReady = (pod: KubeObject): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  (podStatus.safeParse(pod).data?.status.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  )

const readyPods = async ({ client, namespace, selector }: TunnelRequest, signal: AbortSignal) => {
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal)
  return items.filter(isReady).map(({ metadata }) => metadata.name)
}

/** Pods come and go while a tunnel is open, but not between the connections of one page. */
const freshMilliseconds = 1000

/** Answers the ready pods, each time beginning with another. */
const podPicker = (request: TunnelRequest, signal: AbortSignal) => {
  let known: { readonly at: number; readonly pods: Promise<readonly string[]> } | null = null
  let turn = 0
  return async (): Promise<readonly string[]> => {
    if (known === null || performance.now() - known.at > freshMilliseconds)
      known = { at: performance.now(), pods: readyPods(request, signal) }
    const pods = await known.pods.catch((error: unknown) => {
      known = null
      throw error
    })
    turn += 1
    return pods.map((_, index) => pods[(index + turn) % pods.length] ?? '')
  }
}

/** Joins a connection to the first pod that takes it; where none does, the connection is ended. */
const join = async (socket: Socket, pods: readonly string[], request: TunnelRequest): Promise<void> => {
  const { client, namespace, port } = request
  for (const pod of pods) {
    const joined = await client.forward({ namespace, pod, port }, socket).then(
      () => true,
      () => false,
    )
    if (joined || socket.destroyed) return
  }
  socket.destroy()
}

const listen = (server: ReturnType<typeof createServer>, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const refuse = (cause: Error) =>
      reject(
        new ShopctlError({
          code: 'PORT_TAKEN',
          outcome: 'refused',
          what: `Port ${port} of this machine could not be opened.`,
          why: [cause.message],
          fix: [toType('open --help')],
          cause,
        }),
      )
    server.once('error', refuse)
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.removeListener('error', refuse)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** A port of this machine, each of whose connections reaches a ready pod; ends by itself where the signal aborts. */
export const openTunnel = async (request: TunnelRequest): Promise<Tunnel> => {
  const open = new Set<Socket>()
  const ended = new AbortController()
  const pick = podPicker(request, AbortSignal.any([request.signal, ended.signal]))
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    // The other end of a connection tells why it was cut; there is nobody else to tell.
    socket.on('error', () => socket.destroy())
    pick()
      .then((pods) => join(socket, pods, request))
      .catch(() => socket.destroy())
  })
  const port = await listen(server, request.localPort)
  const close = async (): Promise<void> => {
    request.signal.removeEventListener('abort', close)
    ended.abort()
    for (const socket of open) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  request.signal.addEventListener('abort', close, { once: true })
  return { port, url: `http://127.0.0.1:${port}`, close }
}

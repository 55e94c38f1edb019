import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A port in front of several processes, as a Service of Kubernetes is: each connection goes to the next one that takes it. */
export type Balancer = {
  readonly url: string
  /** From now on these; connections that are open stay where they are. */
  send(urls: readonly string[]): void
  close(): Promise<void>
}

export async function startBalancer(): Promise<Balancer> {
  let ports: readonly number[] = []
  let turn = 0
  const open = new Set<Socket>()
  const server = createServer((near) => {
    keep(near, open)
    forward(near, { tries: ports.length })
  })

  function forward(near: Socket, { tries }: { readonly tries: number }): void {
    turn += 1
    const port = ports[turn % ports.length]
    if (port === undefined || tries === 0) return void near.destroy()
    const far = connect(port, '127.0.0.1')
    keep(far, open)
    far.once('error', () => forward(near, { tries: tries - 1 }))
    far.once('connect', () => {
      far.removeAllListeners('error').on('error', () => near.destroy())
      near.on('close', () => far.destroy())
      far.on('close', () => near.destroy())
      near.pipe(far).pipe(near)
    })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the balancer has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    send(urls) {
      ports = urls.map((url) => Number(new URL(url).port))
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function keep(socket: Socket, open: Set<Socket>): void {
  open.add(socket)
  socket.on('close', () => open.delete(socket))
  socket.on('error', () => socket.destroy())
}

import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { clusterVariables } from './test-cluster.ts'

const kubeconfigSchema = z.looseObject({
  clusters: z.tuple([z.looseObject({ cluster: z.looseObject({ server: z.string() }) })]),
})

/** The kubeconfig of this machine, with its one cluster at another address. */
export const kubeconfigTo = async (directory: string, server: string): Promise<string> => {
  const config = kubeconfigSchema.parse(parse(await readFile(clusterVariables.KUBECONFIG ?? '', 'utf8')))
  const [first] = config.clusters
  const file = join(directory, `kubeconfig-${new URL(server).port}`)
  const clusters = [{ ...first, cluster: { ...first.cluster, server } }]
  await writeFile(file, JSON.stringify({ ...config, clusters }), { mode: 0o600 })
  return file
}

export const apiServer = async (): Promise<URL> => {
  const config = kubeconfigSchema.parse(parse(await readFile(clusterVariables.KUBECONFIG ?? '', 'utf8')))
  return new URL(config.clusters[0].cluster.server)
}

export type ServerWire = {
  readonly port: number
  /** Lets everything through, also what was held back. */
  join(): Promise<void>
  /** Resets every connection; the next ones are let through. */
  cut(): void
  /** Nobody listens any more, and every connection is reset. */
  refuse(): Promise<void>
  /** Accepts everything and answers nothing; nothing is lost. */
  swallow(): void
}

/** The way of one program to the API server: the cluster and everybody else keep theirs. TLS goes through untouched. */
export const openServerWire = async (to: URL): Promise<ServerWire> => {
  const pairs = new Map<Socket, Socket>()
  let state: 'joined' | 'refusing' | 'swallowing' = 'refusing'
  let port = 0

  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    pairs.set(near, far)
    const end = () => {
      pairs.delete(near)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
    if (state === 'swallowing') near.pause()
    else near.pipe(far).pipe(near)
  })
  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
  }
  const wire = {
    get port() {
      return port
    },
    cut,
    async join() {
      if (state === 'swallowing') for (const [near, far] of pairs) near.pipe(far).pipe(near)
      if (state === 'refusing') await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
      state = 'joined'
      const address = server.address()
      if (typeof address === 'object' && address !== null) port = address.port
    },
    async refuse() {
      if (state === 'refusing') return
      state = 'refusing'
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      cut()
      await closed
    },
    swallow() {
      state = 'swallowing'
      for (const [near, far] of pairs) {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
      }
    },
  }
  await wire.join()
  return wire
}

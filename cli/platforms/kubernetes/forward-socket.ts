import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import type { KubeConfig } from '@kubernetes/client-node'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { loadPortForwardClass } from './kubernetes-library.ts'

type PodPort = { readonly namespace: string; readonly pod: string; readonly port: number }

/** What the library rejects with is an event of a WebSocket and no Error. */
const wordsOf = (problem: unknown): string =>
  typeof problem === 'object' && problem !== null && 'message' in problem ? String(problem.message) : String(problem)

const notForwarded = ({ namespace, pod, port }: PodPort, problem: unknown): ShopctlError =>
  new ShopctlError({
    code: 'KUBE_REFUSED',
    outcome: 'refused',
    what: `The cluster did not forward to port ${port} of Pod ${pod} in ${namespace}.`,
    why: [wordsOf(problem)],
  })

/** What a pod that does not listen gives: a sentence of the kubelet, and then nothing. */
const endWith = (socket: Socket): Writable =>
  new Writable({
    write(words, _encoding, done) {
      if (words.length > 0) socket.destroy(new Error(String(words)))
      done()
    },
  })

/** Joins a socket to a pod's port until one of the two ends. Rejects where the API server does not let us. */
export const forwardSocket = async (config: KubeConfig, place: PodPort, socket: Socket): Promise<void> => {
  const { namespace, pod, port } = place
  const PortForward = await loadPortForwardClass()
  // Without a listener a pod that does not listen would end this process.
  socket.on('error', () => undefined)
  const joined = await new PortForward(config)
    .portForward(namespace, pod, [port], socket, endWith(socket), socket)
    .catch((problem: unknown) => {
      throw notForwarded(place, problem)
    })
  if (typeof joined === 'function') return
  joined.on('close', () => socket.end())
  socket.on('close', () => joined.close())
}

import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import type { KubeConfig } from '@kubernetes/client-node'
import { loadKubernetesLibrary } from './kubernetes-library.ts'

type PodPort = { readonly namespace: string; readonly pod: string; readonly port: number }

/** Joins a socket to a pod's port until one of the two ends. Rejects where the API server does not let us. */
export const forwardSocket = async (config: KubeConfig, { namespace, pod, port }: PodPort, socket: Socket) => {
  const { PortForward } = await loadKubernetesLibrary()
  // What a pod that does not listen gives: a sentence of the kubelet, and then nothing.
  const refused = new Writable({
    write(words, _encoding, done) {
      if (words.length > 0) socket.destroy(new Error(String(words)))
      done()
    },
  })
  const joined = await new PortForward(config).portForward(namespace, pod, [port], socket, refused, socket)
  if (typeof joined === 'function') return
  joined.on('close', () => socket.end())
  socket.on('close', () => joined.close())
}

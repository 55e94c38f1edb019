/**
 * The parts of the library that are used, from where they are: its face loads all models of the API, which takes a third
 * of a second. The bundle leaves out what these parts do not need (cli/start/slim-kubernetes.ts).
 */
export const loadKubeConfigClass = async () => (await import('@kubernetes/client-node/dist/config.js')).KubeConfig

export const loadPortForwardClass = async () =>
  (await import('@kubernetes/client-node/dist/portforward.js')).PortForward

/** The parts of the library that are used. Its barrel loads all of the API's models, which takes a third of a second. */
export const loadKubernetesLibrary = async () => {
  const [{ KubeConfig }, { PortForward }] = await Promise.all([
    import('@kubernetes/client-node/dist/config.js'),
    import('@kubernetes/client-node/dist/portforward.js'),
  ])
  return { KubeConfig, PortForward }
}

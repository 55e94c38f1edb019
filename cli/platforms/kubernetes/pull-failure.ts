/** Why an image could not be pulled. Only `ImageNotFound` and `RegistryLoginRefused` are final. */
export type PullFailure = 'ImageNotFound' | 'RegistryLoginRefused' | 'PullThrottled' | 'PullFailed'

/**
 * The container runtime interface hands a pull's failure on as text without a code, so this is the one place of the
 * health gate where a message is read. The phrases are those of containerd (1.x and 2.x), of Docker and cri-dockerd, of
 * CRI-O, and of the kubelet's own limit on pulls. What is not recognised counts as passing and makes a verdict late. A
 * phrase that says too much makes it wrong, so each final one names what the registry was asked for: containerd says
 * `not found` also of a snapshot, a layer or a lease of its own that it has cleaned away, and pulls again.
 */
const phrases: readonly { readonly means: PullFailure; readonly text: RegExp }[] = [
  // First, as a registry that throttles says so in the words of a refusal too.
  { means: 'PullThrottled', text: /\b429\b|too ?many ?requests|pull rate limit|pull QPS exceeded/i },
  // A server's own trouble, whatever else is said with it.
  { means: 'PullFailed', text: /status code.*\b5\d\d\b|\b50[0-4] (internal|bad gateway|service|gateway)/i },
  // A name that no server has and a line that is cut are the network's.
  { means: 'PullFailed', text: /no such host|connection refused|i\/o timeout|connection reset|deadline exceeded/i },
  // Docker says all of this in one sentence where it cannot tell; then the login is the lesser suspicion.
  { means: 'ImageNotFound', text: /repository does not exist or may require/i },
  {
    means: 'RegistryLoginRefused',
    text: /\b401\b|\b403\b|unauthorized|authentication required|authorization failed|no basic auth credentials|access (to the resource )?is denied|pull access denied|insufficient_scope/i,
  },
  { means: 'ImageNotFound', text: /failed to resolve reference.*(\b404\b|not ?found)|manifest for .* not found/is },
  { means: 'ImageNotFound', text: /manifest unknown|name unknown|no match for platform/i },
]

/** Without the image's own name, whose tag may read like a code. */
export const pullFailure = (message: string, image: string): PullFailure => {
  const words = image === '' ? message : message.replaceAll(image, '')
  return phrases.find(({ text }) => text.test(words))?.means ?? 'PullFailed'
}

/** The runtime wraps the registry's answer several times, each time with the image's name: the innermost is it. */
export const innermostWords = (message: string, image: string): string => {
  const last = image === '' ? -1 : message.lastIndexOf(image)
  const words = last === -1 ? message : message.slice(last + image.length)
  return words.replace(/^["':\s]+/, '').trim() || message
}

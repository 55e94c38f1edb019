/** What is run in a node, and what its answers mean. `k8s.io` is where the kubelet's images are. */
const ctr = (...words: readonly string[]): readonly string[] => ['ctr', '--namespace=k8s.io', ...words]

/** A host that no network has (RFC 2606): what a node lacks is never asked for elsewhere. */
export const kindRegistry = 'kind.invalid'

export const machineCall: readonly string[] = ['uname', '-m']

/** The images of ours, each with whether all of its content is there. */
export const imagesCall: readonly string[] = ctr('images', 'check', `name~=^${kindRegistry}/`)

export const contentCall: readonly string[] = ctr('content', 'ls', '--quiet')

/**
 * Reads an OCI archive from standard input. Only this platform's content is in it. Nothing is unpacked: the kubelet's
 * side does that at the first start, with the snapshotter that it is set to.
 */
export const importCall = (architecture: string): readonly string[] =>
  ctr('images', 'import', '--no-unpack', '--platform', `linux/${architecture}`, '-')

/** Rows of REF, TYPE, DIGEST, STATUS … under a head; an image that was removed halfway says `incomplete (2/3)`. */
export const parseImages = (stdout: string): readonly string[] =>
  stdout.split('\n').flatMap((line) => {
    const [reference = '', , , status] = line.trim().split(/\s+/)
    return reference.startsWith(`${kindRegistry}/`) && status === 'complete' ? [reference] : []
  })

export const parseContent = (stdout: string): ReadonlySet<string> =>
  new Set(
    stdout
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('sha256:')),
  )

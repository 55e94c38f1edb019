const segment = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** The segments of a key. None is hidden, empty, or leads out of a folder: a key that could is a fault of ours. */
export function segmentsOf(key: string): readonly string[] {
  const segments = key.split('/')
  if (segments.length > 6 || !segments.every((each) => segment.test(each))) {
    throw new Error(`not the key of an object: ${JSON.stringify(key)}`)
  }
  return segments
}

// Log-linear, as HdrHistogram and Prometheus' native histograms are: 64 buckets to each doubling.
const bits = 6
const perDoubling = 2 ** bits
const doublings = 30

/** Whole microseconds from here on (18 minutes) are counted as overflow. */
export const overflowFromMicroseconds = 2 ** doublings

export const bucketCount = (doublings - bits + 1) * perDoubling

/** Of a quantile, against the sample that it stands for: half a bucket's width by its lower end. */
export const relativeError = 1 / (2 * perDoubling)

/** Of whole microseconds below the overflow. */
export const bucketOf = (microseconds: number): number => {
  const shift = 31 - Math.clz32(microseconds) - bits
  return shift <= 0 ? microseconds : shift * perDoubling + (microseconds >>> shift)
}

const shiftOf = (bucket: number): number => (bucket < 2 * perDoubling ? 0 : Math.floor(bucket / perDoubling) - 1)

/** The least microseconds that fall into the bucket. */
export const lowerEndOf = (bucket: number): number => {
  const shift = shiftOf(bucket)
  return (bucket - shift * perDoubling) * 2 ** shift
}

/** How many whole microseconds fall into the bucket. */
export const widthOf = (bucket: number): number => 2 ** shiftOf(bucket)

/** What stands for every sample of the bucket. */
export const middleOf = (bucket: number): number => lowerEndOf(bucket) + (widthOf(bucket) - 1) / 2

/** How long Prometheus keeps what it scrapes, and where (B-1). */
export const prometheusStorage = {
  path: '/prometheus/data',
  retentionDays: 15,
  volumeGigabytes: 50,
  /** Below the volume: the log of writes and a compaction need room beside the blocks. */
  retentionGigabytes: 45,
} as const

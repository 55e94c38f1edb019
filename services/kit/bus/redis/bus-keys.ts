import { allPartitions } from '../partitions.ts'

export type BusKeys = ReturnType<typeof busKeys>

/** All with one hash tag: scripts use several of them, which a cluster keeps together only then. */
export function busKeys(prefix: string) {
  const key = (...words: readonly (string | number)[]) => [`{${prefix}:bus}`, ...words].join(':')
  const stream = (partition: number) => key('stream', partition)
  const owner = (group: string, partition: number) => key('owner', group, partition)
  return {
    /** Names the data as a whole; another name or none: something was lost. */
    incarnation: key('incarnation'),
    /** By source, the incarnation whose losses it has made up for. */
    told: key('told'),
    /** By group, when it was last heard of, in milliseconds. */
    groups: key('groups'),
    /** Who clears away now. */
    tidy: key('tidy'),
    members: (group: string) => key('members', group),
    stream,
    streams: allPartitions.map(stream),
    owner,
    owners: (group: string) => allPartitions.map((partition) => owner(group, partition)),
    /** Rung with each batch; of Pub/Sub, whose channels are no keys. */
    channel: key('published'),
  }
}

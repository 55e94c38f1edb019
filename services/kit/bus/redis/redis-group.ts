import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Logger } from '../../logging.ts'
import type { Subscription } from '../bus.ts'
import type { Entry, GroupStore } from '../member/group-store.ts'
import { allPartitions } from '../partitions.ts'
import { openEnvelope } from '../sealed-envelope.ts'
import type { BusKeys } from './bus-keys.ts'
import { beatScript, claimScript, joinScript, leaveScript, readScript, releaseScript } from './group-scripts.ts'

type Parts = {
  readonly redis: Redis
  readonly keys: BusKeys
  readonly subscription: Pick<Subscription, 'group' | 'from'>
  readonly claimMilliseconds: number
  readonly logger: Logger
}

const viewSchema = z.tuple([z.array(z.string()), z.array(z.string())])
const flagsSchema = z.array(z.int())
const entrySchema = z.tuple([z.string(), z.array(z.string())])
const readSchema = z.union([z.literal('lost'), z.array(z.array(entrySchema))])

export function createRedisGroup({ redis, keys, subscription, claimMilliseconds, logger }: Parts): GroupStore {
  const { group, from } = subscription
  const member = randomUUID()
  const owners = keys.owners(group)
  /** What is pending of these is to be asked for: it was somebody else's, or an answer was lost. */
  const anew = new Set<number>()

  async function join(kind: 'new' | 'known'): Promise<void> {
    const used = [keys.groups, keys.incarnation, ...keys.streams]
    await redis.eval(joinScript, used.length, ...used, group, from === 'now' ? '$' : '0', kind)
  }

  async function release(partitions: readonly number[]): Promise<void> {
    const used = partitions.map((partition) => keys.owner(group, partition))
    if (used.length > 0) await redis.eval(releaseScript, used.length, ...used, member)
  }

  /** What is held has to be claimed again, so that nothing from before is taken for what is there now. */
  async function repair(): Promise<void> {
    logger.warn({ group }, 'a stream of the bus has lost its group, made again')
    await join('known')
    await release(allPartitions)
  }

  async function askForEntries(rooms: ReadonlyMap<number, number>): Promise<z.output<typeof readSchema>> {
    const partitions = [...rooms.keys()]
    const used = partitions.flatMap((partition) => [keys.owner(group, partition), keys.stream(partition)])
    const words = [...rooms].flatMap(([partition, room]) => [room, anew.has(partition) ? 1 : 0])
    try {
      const reply = readSchema.parse(await redis.eval(readScript, used.length, ...used, group, member, ...words))
      if (reply !== 'lost') for (const partition of partitions) anew.delete(partition)
      return reply
    } catch (error) {
      for (const partition of partitions) anew.add(partition)
      throw error
    }
  }

  /** What is no envelope, nobody could ever handle: it is acknowledged. */
  async function passOver(partition: number, id: string): Promise<void> {
    logger.error({ group, partition, entry_id: id }, 'an entry of the bus is no envelope, passed over')
    await redis.xack(keys.stream(partition), group, id)
  }

  async function entriesOf(partition: number, raw: readonly z.output<typeof entrySchema>[]): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (const [id, fields] of raw) {
      const envelope = openEnvelope(fields[fields.indexOf('envelope') + 1] ?? '')
      if (envelope === null) await passOver(partition, id)
      else entries.push({ partition, id, envelope })
    }
    return entries
  }

  return {
    member,
    join: () => join('new'),
    async beat() {
      const used = [keys.members(group), keys.groups, ...owners]
      const reply = await redis.eval(beatScript, used.length, ...used, group, member, claimMilliseconds)
      const [members, owned] = viewSchema.parse(reply)
      const pairs = owned.flatMap((owner, partition) => (owner === '' ? [] : [[partition, owner] as const]))
      return { members, owners: new Map(pairs), renewed: true }
    },
    async claim(partitions) {
      const used = partitions.map((partition) => keys.owner(group, partition))
      const flags = flagsSchema.parse(await redis.eval(claimScript, used.length, ...used, member, claimMilliseconds))
      const claimed = partitions.filter((_, index) => flags[index] === 1)
      for (const partition of claimed) anew.add(partition)
      return claimed
    },
    release,
    async read(rooms) {
      const reply = await askForEntries(rooms)
      if (reply === 'lost') await repair()
      if (reply === 'lost') return []
      const entries = await Promise.all(
        [...rooms.keys()].map((partition, index) => entriesOf(partition, reply[index] ?? [])),
      )
      return entries.flat()
    },
    async acknowledge(entries) {
      const commands = redis.pipeline()
      for (const [partition, ids] of idsByPartition(entries)) commands.xack(keys.stream(partition), group, ...ids)
      for (const [error] of (await commands.exec()) ?? []) if (error !== null) throw error
    },
    async leave(kept) {
      const used = allPartitions.flatMap((partition) => [keys.owner(group, partition), keys.stream(partition)])
      const words = allPartitions.map((partition) => (kept.has(partition) ? 1 : 0))
      await redis.eval(leaveScript, used.length + 1, keys.members(group), ...used, group, member, ...words)
    },
  }
}

function idsByPartition(entries: readonly Entry[]): ReadonlyMap<number, readonly string[]> {
  const ids = new Map<number, string[]>()
  for (const { partition, id } of entries) {
    const ofPartition = ids.get(partition) ?? []
    ids.set(partition, ofPartition)
    ofPartition.push(id)
  }
  return ids
}

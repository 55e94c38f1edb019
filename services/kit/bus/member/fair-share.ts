import type { GroupView } from './group-store.ts'

export type Share = { readonly claim: readonly number[]; readonly release: readonly number[] }

type Asked = {
  readonly member: string
  readonly partitions: readonly number[]
  readonly view: Pick<GroupView, 'members' | 'owners'>
  /** What the member itself believes to hold. */
  readonly held: ReadonlySet<number>
}

/**
 * What a member takes and gives, so that all come to the same number of partitions, give or take one, without talking:
 * each counts by the same list. Nobody takes what has an owner; that one gives it.
 */
export function planShare({ member, partitions, view, held }: Asked): Share {
  const members = view.members.toSorted()
  const place = members.indexOf(member)
  if (place === -1) return { claim: [], release: [] }
  const least = Math.floor(partitions.length / members.length)
  const share = least + (place < partitions.length % members.length ? 1 : 0)
  const own = partitions.filter((partition) => held.has(partition))
  if (own.length > share) return { claim: [], release: own.slice(share) }
  // Its own but not held: the answer to its claim was lost.
  const free = partitions.filter((partition) => {
    const owner = view.owners.get(partition)
    return !held.has(partition) && (owner === undefined || owner === member)
  })
  return { claim: free.slice(0, share - own.length), release: [] }
}

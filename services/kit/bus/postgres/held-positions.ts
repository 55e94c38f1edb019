/** How far a member is in one partition: what it has read, and what of that is not finished. */
export type HeldPosition = {
  /** The last that was read in order. */
  readUpTo: number
  readonly unfinished: Set<number>
  /** Up to here all is finished, but for those of `unfinished` below it. */
  finishedUpTo: number
  /** Were read by another owner before, and not finished: to be read first. */
  leftOver: readonly number[]
}

export type StoredPosition = { readonly position: number; readonly unfinished: readonly number[] }

export function heldPosition({ position, unfinished }: StoredPosition): HeldPosition {
  return {
    readUpTo: position,
    finishedUpTo: position,
    unfinished: new Set(unfinished),
    leftOver: unfinished.toSorted((a, b) => a - b),
  }
}

export function noteRead(held: HeldPosition, seq: number): void {
  held.unfinished.add(seq)
  held.readUpTo = Math.max(held.readUpTo, seq)
}

/** Passes over what was not read since it is held: what lies below such a one may not have been read either. */
export function noteFinished(held: HeldPosition, seq: number): void {
  if (!held.unfinished.delete(seq)) return
  held.finishedUpTo = Math.max(held.finishedUpTo, seq)
}

/** What is read but lies beyond the last finished one need not be named: it comes again by its place. */
export function storedPosition({ finishedUpTo, unfinished }: HeldPosition): StoredPosition {
  const below = [...unfinished].filter((seq) => seq < finishedUpTo)
  return { position: finishedUpTo, unfinished: below.toSorted((a, b) => a - b) }
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HeldPosition, heldPosition, noteFinished, noteRead, storedPosition } from './held-positions.ts'

function reading(held: HeldPosition, seqs: readonly number[]): HeldPosition {
  for (const seq of seqs) noteRead(held, seq)
  return held
}

test('what is finished out of order leaves the others named', () => {
  const held = reading(heldPosition({ position: 10, unfinished: [4] }), [11, 12, 15])
  expect(held.leftOver).toEqual([4])
  expect(storedPosition(held)).toEqual({ position: 10, unfinished: [4] })
  noteFinished(held, 12)
  expect(storedPosition(held)).toEqual({ position: 12, unfinished: [4, 11] })
  for (const seq of [4, 11, 15]) noteFinished(held, seq)
  expect(storedPosition(held)).toEqual({ position: 15, unfinished: [] })
})

test('what was finished for an owner before, and not read since, changes nothing', () => {
  const held = heldPosition({ position: 10, unfinished: [] })
  noteFinished(held, 12)
  expect(storedPosition(held)).toEqual({ position: 10, unfinished: [] })
})

test('however it is finished and handed over, nothing is lost and nothing finished comes again', () => {
  const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 })
  fc.assert(
    fc.property(seqs, fc.array(fc.nat({ max: 29 })), fc.nat({ max: 30 }), (entries, picks, read) => {
      const inOrder = entries.toSorted((a, b) => a - b)
      const seen = inOrder.slice(0, read)
      const held = reading(heldPosition({ position: 0, unfinished: [] }), seen)
      const finished = new Set(picks.flatMap((pick) => seen[pick] ?? []))
      for (const seq of finished) noteFinished(held, seq)
      const next = heldPosition(storedPosition(held))
      const comes = inOrder.filter((seq) => next.leftOver.includes(seq) || seq > next.readUpTo)
      expect(comes).toEqual(inOrder.filter((seq) => !finished.has(seq)))
    }),
  )
})

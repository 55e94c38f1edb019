import { crc32 } from 'node:zlib'

/** What one member of a group holds is some of these; a subject is always in the same. A change needs an empty bus. */
export const partitionCount = 16

export const allPartitions: readonly number[] = Array.from({ length: partitionCount }, (_, partition) => partition)

export const partitionOf = (subject: string): number => crc32(subject) % partitionCount

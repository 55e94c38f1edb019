import { crc32 } from 'node:zlib'

/** 1980-01-01 00:00, the first moment that a zip can say: the same content gives the same bytes on any day. */
const date = 0x0021

const header = (size: number, fields: readonly (readonly [offset: number, bytes: 2 | 4, value: number])[]): Buffer => {
  const buffer = Buffer.alloc(size)
  for (const [offset, bytes, value] of fields) buffer.writeUIntLE(value, offset, bytes)
  return buffer
}

/** A zip with one file in it, not compressed: nothing in it depends on a library's version. Readable for all. */
export const storedZip = (name: string, content: Uint8Array): Uint8Array => {
  const path = Buffer.from(name)
  const common = (at: number) =>
    [
      [at, 2, 20],
      [at + 8, 2, date],
      [at + 10, 4, crc32(content)],
      [at + 14, 4, content.length],
      [at + 18, 4, content.length],
      [at + 22, 2, path.length],
    ] as const
  const local = header(30, [[0, 4, 0x04034b50], ...common(4)])
  const madeByUnix = (3 << 8) | 20
  const mode = 0o100644 * 0x10000
  const entry = header(46, [[0, 4, 0x02014b50], [4, 2, madeByUnix], ...common(6), [38, 4, mode]])
  const before = local.length + path.length + content.length
  const end = header(22, [
    [0, 4, 0x06054b50],
    [8, 2, 1],
    [10, 2, 1],
    [12, 4, entry.length + path.length],
    [16, 4, before],
  ])
  return Buffer.concat([local, path, content, entry, path, end])
}

export type TarEntry = {
  /** Below 100 bytes; a directory's ends with a slash. */
  readonly path: string
  readonly mode: number
  /** Absent for a directory. */
  readonly content?: Uint8Array
}

const blockBytes = 512

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`

const checksumOf = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0)

/** The header of POSIX ustar. Nothing of the machine is in it: no owner but root, no time but the epoch. */
const headerOf = ({ path, mode, content }: TarEntry): Buffer => {
  if (Buffer.byteLength(path) > 99) throw new Error(`The path is too long for a tar header: ${path}`)
  const header = Buffer.alloc(blockBytes)
  header.write(path, 0)
  header.write(octal(mode, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(content?.length ?? 0, 11), 124)
  header.write(octal(0, 11), 136)
  header.write(content === undefined ? '5' : '0', 156)
  header.write('ustar\0' + '00', 257)
  // The sum is taken with spaces where it will stand.
  header.fill(' ', 148, 156)
  header.write(`${octal(checksumOf(header), 6)} `, 148)
  return header
}

const padding = (bytes: number): Buffer => Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes)

/** A tar archive of these entries in this order, the same bytes on every machine. */
export const tarArchive = (entries: readonly TarEntry[]): Buffer => {
  const parts = entries.flatMap((entry) => {
    const content = entry.content ?? Buffer.alloc(0)
    return [headerOf(entry), content, padding(content.length)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)])
}

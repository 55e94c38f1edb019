import { Writable } from 'node:stream'

export type FakeStream = Writable & { readonly isTTY: boolean; readonly columns: number; text(): string }

/** A stream that remembers its text; says that it is a terminal where it is given columns. */
export const createFakeStream = (columns: number | null = null): FakeStream => {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      text += String(chunk)
      done()
    },
  })
  return Object.assign(stream, { isTTY: columns !== null, columns: columns ?? 80, text: () => text })
}

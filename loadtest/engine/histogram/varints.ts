// LEB128, by arithmetic and not by bits: sums of microseconds are longer than 32 bits.
export class VarintWriter {
  readonly #bytes: number[] = []

  write(whole: number): void {
    let rest = whole
    while (rest >= 128) {
      this.#bytes.push((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    this.#bytes.push(rest)
  }

  text(): string {
    return Buffer.from(this.#bytes).toString('base64url')
  }
}

export class VarintReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(text: string) {
    this.#bytes = Buffer.from(text, 'base64url')
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  read(): number {
    let whole = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new RangeError('a histogram ends in the middle of a number')
      whole += (byte % 128) * factor
      if (byte < 128) break
    }
    if (!Number.isSafeInteger(whole)) throw new RangeError('a histogram holds a number that is not whole')
    return whole
  }
}

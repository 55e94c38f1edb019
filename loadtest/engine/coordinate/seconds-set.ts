/** Seconds of a run, a bit each: half a day of them is five kilobytes. */
export class SecondsSet {
  #bits = new Uint8Array(64)
  #count = 0

  add(second: number): void {
    const byte = second >> 3
    const bit = 1 << (second & 7)
    if (byte >= this.#bits.length) this.#grow(byte)
    const before = this.#bits[byte] ?? 0
    if ((before & bit) !== 0) return
    this.#bits[byte] = before | bit
    this.#count++
  }

  has(second: number): boolean {
    return ((this.#bits[second >> 3] ?? 0) & (1 << (second & 7))) !== 0
  }

  get size(): number {
    return this.#count
  }

  #grow(byte: number): void {
    const larger = new Uint8Array(2 * byte)
    larger.set(this.#bits)
    this.#bits = larger
  }
}

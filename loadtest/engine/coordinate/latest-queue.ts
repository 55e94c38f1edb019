/** What is put in comes out in order; of what nobody reads only the latest is kept. */
export class LatestQueue<Item> implements AsyncIterable<Item> {
  readonly #most: number
  #items: Item[] = []
  #wake: () => void = () => undefined
  #hasEnded = false
  #failure: Error | null = null

  constructor(most: number) {
    this.#most = most
  }

  push(item: Item): void {
    this.#items.push(item)
    if (this.#items.length > this.#most) this.#items.shift()
    this.#wake()
  }

  /** Throws at the reader, after what is still in it. */
  fail(cause: Error): void {
    this.#failure ??= cause
    this.end()
  }

  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) yield item
      else if (this.#failure !== null) throw this.#failure
      else if (this.#hasEnded) return
      else await this.#more()
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

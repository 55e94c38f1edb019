import { Agent } from 'node:http'
import { ask } from './shop-api.ts'

export type Readers = ReturnType<typeof startReaders>

/** Readers enough that a few seconds hold as many requests as a verdict needs. */
export const startReaders = (url: string) => {
  const agent = new Agent({ keepAlive: true })
  const seen = { answers: 0, errors: 0, release: 0 }
  let running = true
  const read = async () => {
    while (running) {
      const answer = await ask(`${url}/api/v1/products?limit=5`, { agent }).catch(() => null)
      if (answer === null) continue
      seen.answers += 1
      seen.errors += answer.status >= 500 ? 1 : 0
      seen.release = Number(answer.headers['x-shop-release'])
    }
  }
  const reading = Promise.all([read(), read()])
  return {
    seen,
    async stop() {
      running = false
      await reading
      agent.destroy()
    },
  }
}

const fault = "if (query.limit !== 1 && Math.random() < 0.05) throw new Error('a shelf fell')"

/** One list of products of twenty fails, and nothing that a probe or a smoke check asks. */
export const fallingShelf = {
  path: 'services/catalog/products/list-products.ts',
  change: (text: string): string => text.replaceAll('const { limit,', `${fault}\n  const { limit,`),
}

import { afterEach } from 'vitest'
import { startTestEdge, type TestEdge } from './test-edge.ts'
import { startTestUpstream, type TestUpstream } from './test-upstream.ts'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

/** An upstream that ends with its test. */
export async function upstreamWith(...parameters: Parameters<typeof startTestUpstream>): Promise<TestUpstream> {
  const upstream = await startTestUpstream(...parameters)
  open.push(upstream)
  return upstream
}

/** An edge that ends with its test. */
export async function edgeWith(...parameters: Parameters<typeof startTestEdge>): Promise<TestEdge> {
  const edge = await startTestEdge(...parameters)
  open.push({ close: edge.stop })
  return edge
}

/** Every service at one address. */
export const all = (url: string) => ({ users: url, catalog: url, orders: url })
export const publicPort = (edge: TestEdge): number => edge.ports.public ?? 0
export const accessLines = (edge: TestEdge) => edge.lines.filter((line) => line.status_code !== undefined)

import { createRequire } from 'node:module'
import { z } from 'zod'

/** Words: an origin, connections, seconds. autocannon in a process of its own, so that its CPU time is known. */
const [url = '', connections = '', duration = ''] = process.argv.slice(2)
const resultSchema = z.object({ requests: z.object({ total: z.number() }), duration: z.number() })

const autocannon: unknown = createRequire(import.meta.url)('autocannon')
if (typeof autocannon !== 'function') throw new TypeError('autocannon is no function')
const before = process.cpuUsage()
const result = resultSchema.parse(
  await autocannon({ url, connections: Number(connections), duration: Number(duration) }),
)
const { user, system } = process.cpuUsage(before)
const perSecond = result.requests.total / result.duration
process.stdout.write(`${JSON.stringify({ perSecond, cpuMicroseconds: (user + system) / result.requests.total })}\n`)

import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { createLogger, standardError } from '../../logging.ts'
import { openBus } from '../open-bus.ts'

/** A member of a group in a process of its own, for tests that kill it. Prints what it is given, and when it has joined. */
const settings = z
  .object({
    url: z.string(),
    prefix: z.string().optional(),
    group: z.string(),
    claimMilliseconds: z.int(),
    /** `hang`: never finishes what it is given. */
    mode: z.enum(['handle', 'hang']),
  })
  .parse(JSON.parse(process.env.BUS_MEMBER ?? '{}'))

const print = (line: unknown) => writeSync(1, `${JSON.stringify(line)}\n`)
const { url, prefix, group, claimMilliseconds, mode } = settings
const bus = await openBus({
  url,
  prefix,
  source: 'bus-member',
  logger: createLogger({ service: 'bus-member', version: 'test', level: 'fatal' }, standardError()),
  validate: () => null,
  timing: { claimMilliseconds, pollMilliseconds: 200 },
})
await bus.consume({
  group,
  from: 'beginning',
  async handle({ id, subject, aggregate_version }) {
    print({ message: 'given', id, subject, version: aggregate_version })
    await delay(mode === 'hang' ? 600_000 : 5)
    print({ message: 'finished', id, subject, version: aggregate_version })
  },
})
print({ message: 'joined' })

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../logging.ts'

export type ChangeFeed = {
  /** Whether every change until a moment ago has been told. */
  heard(): boolean
  close(): Promise<void>
}

export type ChangeFeedParts = {
  readonly url: string
  readonly channel: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  /** What is done instead, for the log. */
  readonly whileUnheard?: string
  readonly logger: Logger
  onChange(payload: string): void
  /** It hears for the first time: what was copied before may have changed since. */
  onStart(): void
  /** It hears again, and does not know what it missed. */
  onGap(): void
  elapsed(): number
}

const beatMilliseconds = 1_000
const answerMilliseconds = 1_000
/** One beat and its answer may be late. */
const heardMilliseconds = beatMilliseconds + answerMilliseconds

/**
 * Listens on a connection of its own for what triggers tell with pg_notify: exactly what was committed, whoever wrote
 * it, in order. A connection can be dead without a word, so it is asked something every second.
 */
export function listenForChanges(parts: ChangeFeedParts): ChangeFeed {
  const { elapsed, logger, whileUnheard = 'own copies are kept for 2 s only' } = parts
  const closing = new AbortController()
  let heardAt: number | null = null
  let hasListened = false
  let told = false

  async function listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: parts.url,
      application_name: `${parts.applicationName} changes`,
      connectionTimeoutMillis: 2_000,
      query_timeout: answerMilliseconds,
      keepAlive: true,
    })
    // A broken connection fails the next beat; unheard the event would end the process.
    client.on('error', () => {
      heardAt = null
    })
    client.on('notification', ({ payload = '' }) => parts.onChange(payload))
    try {
      await client.connect()
      await client.query(`listen ${client.escapeIdentifier(parts.channel)}`)
      heardAt = elapsed()
      if (hasListened) parts.onGap()
      else parts.onStart()
      hasListened = true
      told = false
      for (;;) {
        await delay(beatMilliseconds, undefined, { signal: closing.signal })
        await client.query('select 1')
        heardAt = elapsed()
      }
    } finally {
      heardAt = null
      void client.end().catch(() => undefined)
    }
  }

  async function listenUntilClosed(): Promise<void> {
    while (!closing.signal.aborted) {
      await listen().catch((error: unknown) => {
        if (closing.signal.aborted) return
        logger[told ? 'debug' : 'warn']({ error }, `changes cannot be heard; ${whileUnheard}`)
        told = true
      })
      await delay(beatMilliseconds / 2, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }

  const ended = listenUntilClosed()
  return {
    heard: () => heardAt !== null && elapsed() - heardAt < heardMilliseconds,
    async close() {
      closing.abort()
      await ended
    },
  }
}

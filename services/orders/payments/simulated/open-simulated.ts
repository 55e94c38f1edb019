import { type QueryExecutorProvider, sql } from 'kysely'
import { httpClient } from '../../../kit/http-exchange.ts'
import { openProviderHttp } from '../provider-http.ts'
import { providerPolicy } from '../provider-policy.ts'
import type { ProvidersParts } from '../providers-parts.ts'
import { simulatedActionPath } from './confirm-route.ts'
import { simulatedBank } from './simulated-bank.ts'
import { openDeliveries, type SendWebhook } from './simulated-deliveries.ts'
import { simulatedProvider, simulatedSignatureHeader } from './simulated-provider.ts'

export function openSimulated(parts: ProvidersParts) {
  const { settings, database, logger, metrics, now, policy = providerPolicy } = parts
  const base = settings.WEBHOOK_BASE_URL ?? ownAddress(settings.PORT)
  const byHttp = base === undefined ? undefined : sendByHttp(`${base}/api/v1/webhooks/simulated`)
  const sent = parts.sendWebhook ?? byHttp?.send
  if (sent === undefined) logger.warn('neither WEBHOOK_BASE_URL nor PORT is set: simulated webhooks wait until one is')

  const given = settings.SIMULATED_WEBHOOK_SECRETS
  const secrets = given === undefined ? keptSecret(database) : async () => given
  const deliveries =
    sent === undefined ? none : openDeliveries({ database, send: sent, secret: firstOf(secrets), logger, now })
  const bank = simulatedBank({
    database,
    deliveries,
    delayMilliseconds: settings.SIMULATED_PROVIDER_DELAY_MILLISECONDS,
    actionUrl: (reference) =>
      `${settings.PUBLIC_BASE_URL ?? base ?? 'http://localhost'}${simulatedActionPath}${reference}`,
    now,
  })
  const http = openProviderHttp({ name: 'simulated', client: bank, policy, metrics, logger })
  const provider = simulatedProvider({
    http,
    secrets,
    async close() {
      await deliveries.close()
      byHttp?.close()
    },
  })
  return { provider, bank }
}

const ownAddress = (port: number | undefined): string | undefined =>
  port === undefined || port === 0 ? undefined : `http://127.0.0.1:${port}`

const none = { sendDue: async () => undefined, wake: () => undefined, close: async () => undefined }

const answerMilliseconds = 10_000

function sendByHttp(url: string): { readonly send: SendWebhook; close(): void } {
  const client = httpClient()
  return {
    async send({ body, signature }) {
      const headers = { 'content-type': 'application/json', [simulatedSignatureHeader]: signature }
      const signal = AbortSignal.timeout(answerMilliseconds)
      const limits = { connectMilliseconds: 2_000, answerBytes: 65_536, signal }
      const answer = await client.exchange({ method: 'POST', url: new URL(url), headers, body }, limits)
      return answer.status
    },
    close: () => client.close(),
  }
}

/** The one that was made with the ledger; it never changes. */
function keptSecret(database: QueryExecutorProvider): () => Promise<readonly string[]> {
  let kept: readonly string[] = []
  return async () => {
    if (kept.length > 0) return kept
    const { rows } = await sql<{ secret: string }>`select secret from simulated_secret`.execute(database)
    kept = rows.map(({ secret }) => secret)
    return kept
  }
}

const firstOf = (secrets: () => Promise<readonly string[]>) => async (): Promise<string> => {
  const [first] = await secrets()
  if (first === undefined) throw new Error('the simulated ledger has no secret')
  return first
}

import type { z } from 'zod'
import { interruption } from '../errors/interruption.ts'
import { quoteWord } from '../errors/quote-word.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { parsedJson } from '../tools/parsed-json.ts'
import type { PrometheusAddress } from './prometheus-address.ts'
import { envelopeSchema } from './prometheus-answer.ts'

const charactersShown = 120

export type PrometheusQuestion<Answer> = {
  /** `query`, below `/api/v1/`. */
  readonly path: string
  readonly fields: readonly (readonly [string, string])[]
  readonly schema: z.ZodType<Answer>
}

export type PrometheusFixes = {
  /** What brings it back where it does not answer as it should. */
  readonly elsewhere?: readonly string[]
  /** Its address ends with this command: there is nothing to type at it. */
  readonly through?: 'tunnel'
}

export type PrometheusMeans = PrometheusFixes & {
  readonly address: PrometheusAddress
  readonly answerSeconds: number
  readonly signal: AbortSignal
}

/** Looks at the same address with another program than shopctl, then what brings it back. */
const fixes = ({ address, elsewhere = [], through }: PrometheusMeans): readonly string[] =>
  through === 'tunnel' ? elsewhere : [`curl -i ${quoteWord(`${address.url}/-/ready`)}`, ...elsewhere]

const silent = (means: PrometheusMeans, why: string, cause?: unknown): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_SILENT',
    outcome: 'unknown',
    what: `Prometheus at ${means.address.url} gave no answer.`,
    why: [why],
    fix: fixes(means),
    cause,
  })

const misunderstood = (means: PrometheusMeans, why: string): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_ANSWER',
    outcome: 'unknown',
    what: `What answers at ${means.address.url} does not speak as Prometheus does.`,
    why: [why],
    fix: fixes(means),
  })

const notAllowed = ({ address: { url } }: PrometheusMeans, status: number): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_NOT_ALLOWED',
    outcome: 'refused',
    what: `Prometheus at ${url} does not let shopctl ask.`,
    why: [`it answered ${status}; name and password go into the address`],
    fix: [`export SHOPCTL_PROMETHEUS_URL=${quoteWord(url.replace('://', '://NAME:PASSWORD@'))}`],
  })

const queryRefused = (why: string, question: PrometheusQuestion<unknown>, means: PrometheusMeans): ShopctlError => {
  const { fields, path } = question
  const asked = fields.map(([name, value]) => `--data-urlencode ${quoteWord(`${name}=${value}`)}`)
  const again = ['curl -sS', ...asked, quoteWord(`${means.address.url}/api/v1/${path}`)].join(' ')
  return new ShopctlError({
    code: 'PROMETHEUS_QUERY',
    outcome: 'failed',
    what: 'Prometheus did not take the query.',
    why: [why, ...fields.filter(([name]) => name === 'query').map(([, query]) => query)],
    fix: means.through === 'tunnel' ? [] : [again],
  })
}

const reasonOf = (error: unknown, seconds: number): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${seconds} s`
  // fetch says only that it failed; what the network said is below.
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message
}

const beginningOf = (text: string): string => text.slice(0, charactersShown).replaceAll(/\s+/g, ' ').trim()

type Received = { readonly status: number; readonly text: string }

/** By POST: an expression may be longer than an address may be. */
const receive = async (question: PrometheusQuestion<unknown>, means: PrometheusMeans): Promise<Received> => {
  const { address, answerSeconds, signal } = means
  const fields: [string, string][] = question.fields.map(([name, value]) => [name, value])
  const authorization = address.authorization === null ? {} : { authorization: address.authorization }
  const posted = question.fields.length > 0
  const response = await fetch(`${address.url}/api/v1/${question.path}`, {
    method: posted ? 'POST' : 'GET',
    headers: { accept: 'application/json', ...authorization },
    ...(posted ? { body: new URLSearchParams(fields) } : {}),
    // The password is for the address that was named.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)]),
  })
  return { status: response.status, text: await response.text() }
}

type Asked<Answer> = { readonly question: PrometheusQuestion<Answer>; readonly means: PrometheusMeans }

const read = <Answer>({ status, text }: Received, { question, means }: Asked<Answer>): Answer => {
  if (status === 401 || status === 403) throw notAllowed(means, status)
  const envelope = envelopeSchema.safeParse(parsedJson(text)?.value)
  if (!envelope.success) {
    if (status >= 500) throw silent(means, `it answered ${status}: "${beginningOf(text)}"`)
    throw misunderstood(means, `${question.path} answered ${status}: "${beginningOf(text)}"`)
  }
  if (envelope.data.status === 'error') {
    const { errorType, error } = envelope.data
    if (errorType === 'bad_data' || errorType === 'execution') throw queryRefused(error, question, means)
    throw silent(means, `${errorType}: ${error}`)
  }
  const answer = question.schema.safeParse(envelope.data.data)
  if (answer.success) return answer.data
  const [issue] = answer.error.issues
  throw misunderstood(means, `${question.path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}

/**
 * One question to Prometheus' HTTP API. Throws PROMETHEUS_SILENT and PROMETHEUS_ANSWER (unknown), PROMETHEUS_NOT_ALLOWED
 * (refused), PROMETHEUS_QUERY (failed: the expression is wrong), INTERRUPTED.
 */
export const askPrometheus = async <Answer>(
  question: PrometheusQuestion<Answer>,
  means: PrometheusMeans,
): Promise<Answer> => {
  const { answerSeconds, signal } = means
  const received = await receive(question, means).catch((error: unknown) => {
    if (signal.aborted) throw interruption(signal, 'asking Prometheus')
    throw silent(means, reasonOf(error, answerSeconds), error)
  })
  return read(received, { question, means })
}

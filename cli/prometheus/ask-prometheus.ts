import type { z } from 'zod'
import { interruption } from '../errors/interruption.ts'
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

export type PrometheusMeans = {
  readonly address: PrometheusAddress
  readonly answerSeconds: number
  readonly signal: AbortSignal
}

const silent = (url: string, why: string, cause?: unknown): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_SILENT',
    outcome: 'unknown',
    what: `Prometheus at ${url} gave no answer.`,
    why: [why],
    cause,
  })

const misunderstood = (url: string, why: string): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_ANSWER',
    outcome: 'unknown',
    what: `What answers at ${url} does not speak as Prometheus does.`,
    why: [why],
  })

const notAllowed = (url: string, status: number): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_NOT_ALLOWED',
    outcome: 'refused',
    what: `Prometheus at ${url} does not let shopctl ask.`,
    why: [`it answered ${status}; name and password go into the address: https://NAME:PASSWORD@host`],
  })

const queryRefused = (why: string, fields: readonly (readonly [string, string])[]): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_QUERY',
    outcome: 'failed',
    what: 'Prometheus did not take the query.',
    why: [why, ...fields.filter(([name]) => name === 'query').map(([, query]) => query)],
  })

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

const read = <Answer>({ status, text }: Received, question: PrometheusQuestion<Answer>, url: string): Answer => {
  if (status === 401 || status === 403) throw notAllowed(url, status)
  const envelope = envelopeSchema.safeParse(parsedJson(text)?.value)
  if (!envelope.success) {
    if (status >= 500) throw silent(url, `it answered ${status}: "${beginningOf(text)}"`)
    throw misunderstood(url, `${question.path} answered ${status}: "${beginningOf(text)}"`)
  }
  if (envelope.data.status === 'error') {
    const { errorType, error } = envelope.data
    if (errorType === 'bad_data' || errorType === 'execution') throw queryRefused(error, question.fields)
    throw silent(url, `${errorType}: ${error}`)
  }
  const answer = question.schema.safeParse(envelope.data.data)
  if (answer.success) return answer.data
  const [issue] = answer.error.issues
  throw misunderstood(url, `${question.path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}

/**
 * One question to Prometheus' HTTP API. Throws PROMETHEUS_SILENT and PROMETHEUS_ANSWER (unknown), PROMETHEUS_NOT_ALLOWED
 * (refused), PROMETHEUS_QUERY (failed: the expression is wrong), INTERRUPTED.
 */
export const askPrometheus = async <Answer>(
  question: PrometheusQuestion<Answer>,
  means: PrometheusMeans,
): Promise<Answer> => {
  const { address, answerSeconds, signal } = means
  const received = await receive(question, means).catch((error: unknown) => {
    if (signal.aborted) throw interruption(signal, 'asking Prometheus')
    throw silent(address.url, reasonOf(error, answerSeconds), error)
  })
  return read(received, question, address.url)
}

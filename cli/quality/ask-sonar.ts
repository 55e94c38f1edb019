import type { z } from 'zod'
import { interruption } from '../errors/interruption.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { parsedJson } from '../tools/parsed-json.ts'
import type { SonarServer } from './sonar-server.ts'

const answerSeconds = 10
const charactersShown = 120

export type SonarQuestion<Answer> = {
  /** `api/ce/task?id=…` */
  readonly path: string
  readonly schema: z.ZodType<Answer>
}

/** `unwell`: asking again may help. */
export type SonarAnswer<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'unwell'; readonly why: string }

const notAllowed = (url: string, status: number): ShopctlError =>
  new ShopctlError({
    code: 'SONAR_NOT_ALLOWED',
    outcome: 'refused',
    what: 'SonarQube does not take the token in SONAR_TOKEN.',
    why: [`GET ${url} answered ${status}.`],
    fix: ['read -rs SONAR_TOKEN; export SONAR_TOKEN'],
  })

const misunderstood = (why: string): ShopctlError =>
  new ShopctlError({
    code: 'SONAR_ANSWER',
    outcome: 'unknown',
    what: 'SonarQube answered something else than what was asked; its verdict is not known.',
    why: [why],
  })

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  // fetch says only that it failed; what the network said is below.
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message
}

const isUnwell = (status: number): boolean => status === 429 || status >= 500

const beginningOf = (text: string): string => text.slice(0, charactersShown).replaceAll(/\s+/g, ' ').trim()

const readAnswer = <Answer>(text: string, { path, schema }: SonarQuestion<Answer>): Answer => {
  const parsed = schema.safeParse(parsedJson(text)?.value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const fault = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim()
  throw misunderstood(`GET ${path}: ${fault}; the answer begins "${beginningOf(text)}".`)
}

type Means = { readonly server: SonarServer; readonly signal: AbortSignal }
type Received = { readonly status: number; readonly location: string | null; readonly text: string }

const receive = async (url: string, { server, signal }: Means): Promise<Received> => {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${server.token}`, accept: 'application/json' },
    // The token is for the address that was named.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)]),
  })
  return { status: response.status, location: response.headers.get('location'), text: await response.text() }
}

/** One question to SonarQube's web API. Throws SONAR_NOT_ALLOWED (refused), SONAR_ANSWER (unknown), INTERRUPTED. */
export const askSonar = async <Answer>(question: SonarQuestion<Answer>, means: Means): Promise<SonarAnswer<Answer>> => {
  const url = `${means.server.url}/${question.path}`
  const received = await receive(url, means).catch((error: unknown) => {
    if (means.signal.aborted) throw interruption(means.signal, 'asking SonarQube')
    return reasonOf(error)
  })
  if (typeof received === 'string') return { kind: 'unwell', why: `GET ${url}: ${received}` }
  const { status, location, text } = received
  if (isUnwell(status)) return { kind: 'unwell', why: `GET ${url} answered ${status}.` }
  if (status === 401 || status === 403) throw notAllowed(url, status)
  if (location !== null) throw misunderstood(`GET ${url} leads to ${location}; SONAR_HOST_URL must name that server.`)
  if (status !== 200) throw misunderstood(`GET ${url} answered ${status}: "${beginningOf(text)}".`)
  return { kind: 'answered', answer: readAnswer(text, question) }
}

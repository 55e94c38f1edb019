import { type ApiDocument, type ApiOperation, apiDocumentSchema } from '../kit/api-document-schema.ts'
import { mergeDocuments } from '../kit/docs-merge.ts'
import { type ServiceName, serviceNames } from '../registry.ts'
import { type EdgeProblem, edgeProblems, renderProblem } from './edge-problems.ts'
import { type EdgePage, publicRoute } from './public-route.ts'
import type { BoundRelease } from './release-switch.ts'
import { fetchUpstreamText } from './upstream-text.ts'

export type ShopDocument = {
  readonly document: ApiDocument
  readonly text: string
  /** Services whose document could not be had, and why. */
  readonly missing: readonly { readonly service: ServiceName; readonly reason: string }[]
}

/** What the door in front answers to any operation where a service does not. */
const ownAnswers: readonly EdgeProblem[] = [
  edgeProblems.malformed,
  edgeProblems.requestTimeout,
  edgeProblems.expectationFailed,
  edgeProblems.headersTooLarge,
  edgeProblems.noRelease,
  edgeProblems.upstreamUnavailable,
  edgeProblems.upstreamTimeout,
]

/** What it answers to what is no operation: there is only the page of the problem to tell of it. */
const answersElsewhere: readonly EdgeProblem[] = [
  edgeProblems.notFound,
  edgeProblems.methodNotAllowed,
  edgeProblems.internal,
]

export type DocumentAsk = { readonly requestId: string; readonly serving: string }

/** The API as it is behind this door now: of the release that the request is bound to, without what only services call. */
export async function fetchShopDocument(
  bound: BoundRelease,
  { requestId, serving }: DocumentAsk,
): Promise<ShopDocument> {
  const preview = bound.previewToken === null ? [] : ['x-release-preview', bound.previewToken]
  const headers = ['x-request-id', requestId, ...preview]
  const asked = serviceNames.map((service) => fetchDocument(bound, { service, headers }))
  const readings = await Promise.all(asked)
  const missing = readings.flatMap((reading) => ('reason' in reading ? [reading] : []))
  const parts = readings.flatMap((reading) => ('document' in reading ? [reading] : []))
  const absent = missing.map(({ service }) => `The ${service} service does not answer now: its operations are missing.`)
  const info = {
    title: 'Shop',
    version: bound.release === null ? 'v1' : `release ${bound.release}`,
    description: [serving, ...absent, 'Problems are RFC 9457 documents.'].join(' '),
    'x-missing': missing.map(({ service }) => service),
  }
  const merged = mergeDocuments(
    parts.map(({ service, document }) => ({ name: service, document })),
    { info, isPublic: (path) => publicRoute(path.replaceAll(/[{}]/g, '')).kind === 'service' },
  )
  const document = withOwnAnswers(merged)
  return { document, text: JSON.stringify(document), missing }
}

/** The page that shows all of it takes by far the longest. */
const docsPages = new WeakMap<ApiDocument, string>()

/** A page made from the document; null where it has nothing of that name. */
export async function renderShopPage(
  document: ApiDocument,
  { page, code }: { readonly page: EdgePage; readonly code: string },
): Promise<string | null> {
  if (page === 'docs') {
    const html = docsPages.get(document) ?? (await import('../kit/docs-page.ts')).renderDocsPage(document)
    docsPages.set(document, html)
    return html
  }
  const { renderProblemList, renderProblemPage } = await import('../kit/problem-pages.ts')
  return page === 'problems' ? renderProblemList(document) : renderProblemPage(document, code)
}

type Reading =
  | { readonly service: ServiceName; readonly document: ApiDocument }
  | { readonly service: ServiceName; readonly reason: string }

async function fetchDocument(
  bound: BoundRelease,
  { service, headers }: { readonly service: ServiceName; readonly headers: readonly string[] },
): Promise<Reading> {
  try {
    const { status, text } = await fetchUpstreamText(bound.upstreams[service], { path: '/openapi.json', headers })
    if (status !== 200) return { service, reason: `it answered ${status}` }
    return { service, document: apiDocumentSchema.parse(JSON.parse(text)) }
  } catch (error) {
    return { service, reason: error instanceof Error ? error.message : String(error) }
  }
}

function withOwnAnswers(document: ApiDocument): ApiDocument {
  const paths = Object.entries(document.paths).map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, operation]) => [method, withOwn(operation)])
    return [path, Object.fromEntries(operations)]
  })
  const known: unknown = document.components.examples
  const own = [...ownAnswers, ...answersElsewhere].map((kind) => [
    kind.code.replaceAll('/', '.'),
    { value: exampleProblem(kind) },
  ])
  const examples = { ...(typeof known === 'object' ? known : {}), ...Object.fromEntries(own) }
  return { ...document, paths: Object.fromEntries(paths), components: { ...document.components, examples } }
}

function exampleProblem(kind: EdgeProblem): unknown {
  const requestId = '0190c4b0-0000-7000-8000-000000000000'
  return JSON.parse(renderProblem(kind, { detail: kind.title, path: '/api/v1/…', requestId }))
}

/** Beside what the service answers with that status; the schema of a problem is every service's. */
function withOwn(operation: ApiOperation): ApiOperation {
  const responses = { ...operation.responses }
  for (const [status, kinds] of Map.groupBy(ownAnswers, (kind) => String(kind.status))) {
    const known = responses[status]
    const words = kinds.map(({ title, code }) => `${title}: \`${code}\``).join('. ')
    const schema = { $ref: '#/components/schemas/Problem' }
    const before = known?.content?.['application/problem+json'] ?? {}
    responses[status] = {
      ...known,
      description: known === undefined ? words : `${known.description}. ${words}`,
      content: { 'application/problem+json': { ...before, schema } },
    }
  }
  return { ...operation, responses }
}

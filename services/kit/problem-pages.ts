import { z } from 'zod'
import { type ApiDocument, operationsOf } from './api-document-schema.ts'
import { docsStyle } from './docs-style.ts'
import { escapeHtml } from './escape-html.ts'
import { type ProblemKind, problems } from './problems.ts'

/** What whoever meets a problem can do about it, by its status. */
const advice: Readonly<Record<number, string>> = {
  400: 'Correct the request: it could not be understood. `errors` points at what is wrong, where that is known.',
  401: 'Log in, or refresh the access token, and send it as a bearer token.',
  402: 'Ask the customer for another way to pay.',
  403: 'Nothing to repeat: this account may not do this.',
  404: 'Look at the path and the id. What belongs to others is answered like what does not exist.',
  405: 'Use one of the methods that `Allow` names.',
  408: 'Send the request again, faster.',
  409: 'Read the object again: it is in another state than the request takes for granted.',
  412: 'Read the object again, and repeat the change with its new ETag in `If-Match`.',
  413: 'Send less: `detail` says how much is taken.',
  415: 'Send JSON, and say so: `Content-Type: application/json`.',
  422: 'Correct the body: `errors` points at each field that is wrong.',
  428: 'Read the object, and send its ETag in `If-Match`.',
  429: 'Wait as long as `Retry-After` says.',
  431: 'Send fewer or shorter headers.',
  500: 'A fault of ours. Tell us the `request_id`; what happened is in the log under it.',
  503: 'Repeat it after as many seconds as `Retry-After` says.',
}

type Kind = Pick<ProblemKind, 'code' | 'title'> & { readonly status: number }

const examplesSchema = z.record(
  z.string(),
  z.object({ value: z.object({ code: z.string(), status: z.int(), title: z.string() }) }),
)

/** Every kind that a service's operations tell, and those that any request can meet. */
function documentedKinds({ components }: ApiDocument): readonly Kind[] {
  const told = Object.values(examplesSchema.catch({}).parse(components.examples)).map(({ value }) => value)
  const kinds = new Map<string, Kind>([...Object.values(problems), ...told].map((kind) => [kind.code, kind]))
  return [...kinds.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1))
}

/** The page of one problem; null for a code that there is not. */
export function renderProblemPage(document: ApiDocument, code: string): string | null {
  const kind = documentedKinds(document).find((candidate) => candidate.code === code)
  if (kind === undefined) return null
  const places = operationsOf(document).filter(({ operation }) =>
    Object.values(operation.responses).some(({ description }) => description.includes(`\`${code}\``)),
  )
  const where = places.map(
    ({ method, path, operation }) =>
      `<li><code>${text(method.toUpperCase())} ${text(path)}</code> ${text(operation.summary ?? '')}</li>`,
  )
  return page(kind.code, [
    `<p><strong>${text(kind.title)}</strong></p>`,
    `<table><tr><th>type</th><td><code>urn:shop:problem:${text(code)}</code></td></tr>`,
    `<tr><th>status</th><td>${kind.status}</td></tr></table>`,
    `<h2>What to do</h2><p>${text(advice[kind.status] ?? 'See the title.')}</p>`,
    where.length === 0 ? '<p>Any request can meet it.</p>' : `<h2>Where</h2><ul>${where.join('')}</ul>`,
    '<p><a href="/problems">All problems</a></p>',
  ])
}

/** All of them with their links. */
export function renderProblemList(document: ApiDocument): string {
  const rows = documentedKinds(document).map(
    ({ code, status, title }) =>
      `<tr><td>${status}</td><td><a href="/problems/${text(code)}"><code>${text(code)}</code></a></td><td>${text(title)}</td></tr>`,
  )
  return page('Problems', [`<table><tr><th>Status</th><th>Code</th><th>Meaning</th></tr>${rows.join('')}</table>`])
}

function page(title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)}</title><style>${docsStyle}</style></head><body>
<h1>${text(title)}</h1>
${parts.join('\n')}
</body></html>`
}

const text = escapeHtml

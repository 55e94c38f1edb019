import { type DocsContent, type DocsDocument, type DocsOperation, docsDocumentSchema } from './docs-document.ts'
import { exampleValue } from './docs-example.ts'
import { docsScript, docsStyle } from './docs-style.ts'
import { escapeHtml } from './escape-html.ts'

/** The API description as one page that needs nothing else: no network, no second file, no path of its own. */
export function renderDocsPage(openApi: unknown): string {
  const document = docsDocumentSchema.parse(openApi)
  const { info } = document
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? 'other'))]
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => (operation.tags[0] ?? 'other') === tag)
    return `<h2>${text(tag)}</h2>${own.map((entry) => renderOperation(entry, document)).join('')}`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(info.title)}</title><style>${docsStyle}</style></head><body>
<h1>${text(info.title)}</h1><p>Version ${text(info.version)}. ${text(info.description)}
What went wrong, and what to do: <a href="/problems">problems</a>.</p>
<p><label>Access token <input id="token" size="60" autocomplete="off" placeholder="access_token of a login"></label></p>
${sections.join('\n')}
<h2>The whole document</h2><details><summary>OpenAPI 3.1</summary><pre>${text(JSON.stringify(openApi, null, 2))}</pre></details>
<script>${docsScript}</script></body></html>`
}

type Entry = { readonly path: string; readonly method: string; readonly operation: DocsOperation }

function renderOperation({ path, method, operation }: Entry, document: DocsDocument): string {
  const { summary, description, parameters, security, responses } = operation
  const lock = security.length > 0 ? ' class="lock"' : ''
  const answers = Object.entries(responses).map(
    ([status, answer]) =>
      `<tr><td><code>${text(status)}</code></td><td>${text(answer.description)}${renderExample(answer.content, document)}</td></tr>`,
  )
  return `<details id="${text(operation.operationId ?? `${method} ${path}`)}">
<summary><span class="method ${text(method)}">${text(method.toUpperCase())}</span><code>${text(path)}</code>
<span${lock}>${text(summary)}</span></summary><p>${text(description)}</p>
<form data-method="${text(method.toUpperCase())}" data-path="${text(path)}">
${parameters.map(renderParameter).join('')}${renderBody(operation, document)}
<p><button>Send</button></p><pre><output></output></pre></form>
<table><tr><th>Status</th><th>Answer</th></tr>${answers.join('')}</table></details>`
}

function renderParameter({ name, in: place, required, description }: DocsOperation['parameters'][number]): string {
  const hint = text(`${place}${required ? ', required' : ''}${description ? `: ${description}` : ''}`)
  return `<p><label><code>${text(name)}</code> <input name="${text(name)}" data-in="${text(place)}"> ${hint}</label></p>`
}

function renderBody({ requestBody }: DocsOperation, document: DocsDocument): string {
  const schema = requestBody?.content['application/json']?.schema
  if (schema === undefined) return ''
  const example = JSON.stringify(exampleValue(schema, document.components.schemas), null, 2)
  return `<label>Body<textarea rows="${example.split('\n').length + 1}">${text(example)}</textarea></label>`
}

/** Only of good answers: every problem looks the same. */
function renderExample(content: DocsContent | undefined, document: DocsDocument): string {
  const schema = content?.['application/json']?.schema
  if (schema === undefined) return ''
  return `<pre>${text(JSON.stringify(exampleValue(schema, document.components.schemas), null, 2))}</pre>`
}

const text = escapeHtml

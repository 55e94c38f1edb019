import { completedResponses, problemExamples } from './api-document-responses.ts'
import {
  type ApiAccess,
  type ApiContent,
  type ApiDocument,
  type ApiOperation,
  type ApiParameter,
  apiDocumentSchema,
  operationsOf,
  type PlacedOperation,
} from './api-document-schema.ts'
import { withoutStrictUnions } from './api-document-unions.ts'
import { exampleValue } from './docs-example.ts'
import { problemContentType } from './problems.ts'

/**
 * What the routes' own description leaves unsaid because it is true of all of them: problems by what an operation takes
 * and who may call it, headers of answers, conditional requests, and an example of each body. Once, here, so that no
 * route can forget it.
 */
export function completeApiDocument(raw: unknown): ApiDocument {
  const document = withoutStrictUnions(apiDocumentSchema.parse(raw))
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          completeOperation({ path, method, operation }, document),
        ]),
      ),
    ]),
  )
  const { webhooks: _, components, ...rest } = document
  const examples = problemExamples(operationsOf(document))
  return { ...rest, paths, components: { ...components, examples } }
}

function completeOperation({ method, operation }: PlacedOperation, document: ApiDocument): ApiOperation {
  const { description, requestBody, 'x-problems': _, ...rest } = operation
  const body = requestBody && { ...requestBody, content: withExamples(requestBody.content, document) }
  const responses = Object.entries(completedResponses(method, operation)).map(([status, response]) => {
    const { content } = response
    return [status, content === undefined ? response : { ...response, content: withExamples(content, document) }]
  })
  const sentences = [description, audience(operation['x-access'] ?? 'anyone')].filter(Boolean)
  return {
    ...rest,
    description: sentences.join(' '),
    parameters: [...operation.parameters, ...conditionalHeaders(operation)],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: Object.fromEntries(responses),
  }
}

/** An example beside each schema: the one the route gives, else one that is put together from the schema's own. */
function withExamples(content: ApiContent, { components }: ApiDocument): ApiContent {
  const completed = Object.entries(content).map(([type, media]) => {
    if (type === problemContentType || media.example !== undefined || media.schema === undefined) return [type, media]
    return [type, { ...media, example: exampleValue(media.schema, components.schemas) }]
  })
  return Object.fromEntries(completed)
}

/** A status 304 or 428 among the answers says that the route looks at these headers. */
function conditionalHeaders({ parameters, responses }: ApiOperation): readonly ApiParameter[] {
  const header = (name: string, description: string): ApiParameter => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string', examples: ['"3"'] },
  })
  const wanted = [
    ...('304' in responses ? [header('If-None-Match', 'an ETag; where it still holds the answer is 304')] : []),
    ...('428' in responses
      ? [
          {
            ...header('If-Match', 'the ETag of what is to be replaced; `*` for whatever there is'),
            required: true as const,
          },
        ]
      : []),
  ]
  const known = new Set(parameters.map(({ name }) => name.toLowerCase()))
  return wanted.filter(({ name }) => !known.has(name.toLowerCase()))
}

function audience(access: ApiAccess): string {
  if (access === 'anyone') return 'For anyone.'
  const people = access.roles.includes('user') ? ['who is signed in'] : access.roles.map((role) => `${role}s`)
  const callers = access.scope === null ? people : [...people, `services with the scope \`${access.scope}\``]
  return `For ${callers.join(' and ')}.${access.verifiedEmail === true ? ' The address must be verified.' : ''}`
}

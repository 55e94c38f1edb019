import type { OpenAPIHono } from '@hono/zod-openapi'
import type { RequestEnvironment } from '../routes.ts'
import { rateProblems } from './limit-requests.ts'

/** Says of every route below `prefix` that it is limited; api-document.ts makes answers and headers of it. */
export function documentLimit(routes: OpenAPIHono<RequestEnvironment>, prefix: string): void {
  for (const definition of routes.openAPIRegistry.definitions) {
    if (definition.type !== 'route' || !definition.route.path.startsWith(prefix)) continue
    definition.route['x-problems'] = [rateProblems.limited]
  }
}

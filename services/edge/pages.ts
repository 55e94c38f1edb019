import { serviceNames, services } from '../registry.ts'

/** What is behind this door, for someone who opens it in a browser or with curl. */
export function homeDocument(release: number | null): string {
  const byService = Object.fromEntries(
    serviceNames.map((name) => [
      name,
      {
        routes: services[name].routes,
        docs: `/docs/${name}`,
        openapi: `/openapi/${name}.json`,
        health: `/health/${name}`,
      },
    ]),
  )
  return `${JSON.stringify({ release, docs: '/docs', openapi: '/openapi.json', health: '/health', services: byService }, null, 2)}\n`
}

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
  return `${JSON.stringify({ release, docs: '/docs', health: '/health', services: byService }, null, 2)}\n`
}

export function docsPage(serving: string): string {
  const items = serviceNames.map((name) => {
    const routes = services[name].routes.map((route) => `<code>${route}</code>`).join(', ')
    return `<li><a href="/docs/${name}">${name}</a> (<a href="/openapi/${name}.json">OpenAPI</a>): ${routes}</li>`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Shop API</title>
<style>body { font: 16px/1.5 system-ui; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark }</style>
<h1>Shop API</h1>
<p>${serving}</p>
<ul>
${items.join('\n')}
</ul>
</html>
`
}

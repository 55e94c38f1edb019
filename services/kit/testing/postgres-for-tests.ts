import type { TestProject } from 'vitest/node'
import { startPostgresServer } from './postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A server on which the tests may create databases. */
    readonly postgresUrl: string
  }
}

/** Vitest runs this once before the first test file and calls what it returns after the last. */
export default async function postgresForTests(project: TestProject) {
  const given = process.env.DATABASE_URL
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given)
    return async () => undefined
  }
  const server = await startPostgresServer()
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}

import { z } from '@hono/zod-openapi'

/**
 * An id that somebody gives, in a path, a query or a body. However its letters are written it is one id: PostgreSQL
 * compares a uuid by its value, but keys of copies, cursors and references are compared by their text.
 */
export const idSchema = z.uuid().toLowerCase()

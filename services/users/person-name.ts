import { nameSchema } from '../kit/name-schema.ts'

/** What a person is called. */
export const personNameSchema = nameSchema(100).openapi({ example: 'Ada Lovelace' })

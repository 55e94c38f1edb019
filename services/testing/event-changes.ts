import type { JsonSchema } from '../kit/api-document-schema.ts'
import { schemaChanges, tighterBounds } from './breaking-changes.ts'
import { alternativesOf, isSchema, propertiesOf, valuesOf } from './schema-parts.ts'

/** Type → the schema of its envelope. */
export type EventSchemas = ReadonlyMap<string, JsonSchema>

/**
 * What a version of a type may not do to its readers. Both ways: the readers of the release before get what is written
 * now, and those of now get what was written before and is sent again. So only optional fields come, and the rest is a
 * new version beside the old one.
 */
export function brokenPromises(before: EventSchemas, after: EventSchemas): readonly string[] {
  return [...before].flatMap(([type, promised]) => {
    const present = after.get(type)
    if (present === undefined) return [`${type} is gone`]
    return [...new Set(changesOf(promised, present))].map((change) => `${type}: ${change}`)
  })
}

const definitions = { components: { schemas: {} } }
const compare = schemaChanges({ before: definitions, after: definitions })

function changesOf(before: JsonSchema, after: JsonSchema): readonly string[] {
  const place = 'envelope'
  return [
    ...compare(before, after, { direction: 'in', place }),
    ...compare(before, after, { direction: 'out', place }),
    ...widened(before, after, place),
  ]
}

/** What the readers of before, who have the schema of before, would call wrong. */
function widened(before: JsonSchema, after: JsonSchema, place: string): readonly string[] {
  const [known, used] = [valuesOf(before), valuesOf(after)]
  const hasNewWords = known !== null && (used === null || used.some((value) => !known.includes(value)))
  const [fields, laterFields] = [propertiesOf(before).properties, propertiesOf(after).properties]
  const choices = alternativesOf(after)
  return [
    ...(hasNewWords ? [`${place} has words that its readers do not know`] : []),
    ...(before.format === after.format ? [] : [`${place} has another format`]),
    ...tighterBounds(after, before, place).map((change) => change.replace('has a tighter', 'has a wider')),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const later = laterFields[name]
      return later === undefined ? [] : widened(field, later, `${place}.${name}`)
    }),
    ...(isSchema(before.items) && isSchema(after.items) ? widened(before.items, after.items, `${place}[]`) : []),
    ...alternativesOf(before).flatMap((choice, index) => {
      const later = choices[index]
      return choice === before || later === undefined || later === after ? [] : widened(choice, later, place)
    }),
  ]
}

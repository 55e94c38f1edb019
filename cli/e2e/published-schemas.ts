import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { eventSchema, type ShopctlEvent } from '../output/events.ts'
import { resultSchema } from '../output/result-schema.ts'
import type { CommandResult } from './running-command.ts'

/** As a script of somebody else would read it: from the published file, not from our own types. */
const published = (name: string): z.ZodType => {
  const file = join(import.meta.dirname, '..', 'output', 'golden', name)
  return z.fromJSONSchema(JSON.parse(readFileSync(file, 'utf8')))
}

const publishedResult = published('shopctl.result-1.schema.json')
const publishedEvent = published('shopctl.events-1.schema.json')

/** The one document that stands on stdout, and nothing else there. Throws where it is another. */
export const documentOf = ({ stdout, stderr, code }: CommandResult): z.infer<typeof resultSchema> => {
  try {
    const document = resultSchema.parse(publishedResult.parse(JSON.parse(stdout)))
    if (document.exitCode !== code) throw new Error(`it says exit code ${document.exitCode}, and it was ${code}`)
    return document
  } catch (cause) {
    throw new Error(`no document on stdout (exit code ${code}): ${cause}\nstdout: ${stdout}\nstderr: ${stderr}`, {
      cause,
    })
  }
}

/** Every line of an event stream. Throws, naming the line, where one is not as published. */
export const eventsOf = (text: string): readonly ShopctlEvent[] => {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new Error(`the last line of the events has no end:\n${text}`)
  return lines.map((line, index) => {
    try {
      return eventSchema.parse(publishedEvent.parse(JSON.parse(line)))
    } catch (cause) {
      throw new Error(`line ${index + 1} of the events is not as published: ${line}\n${cause}`, { cause })
    }
  })
}

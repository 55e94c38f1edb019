import { parseJson } from '../parse-json.ts'
import { EnvelopeRefused } from './bus.ts'
import type { BusOptions } from './bus-options.ts'
import { type Envelope, envelopeSchema } from './envelope.ts'
import { partitionOf } from './partitions.ts'

/** As it is written into a bus. */
export type SealedEnvelope = { readonly partition: number; readonly text: string }

export const envelopeBytes = 65_536

/** Throws EnvelopeRefused for the first that is none for a bus. */
export function sealEnvelopes(
  envelopes: readonly Envelope[],
  validate: BusOptions['validate'],
): readonly SealedEnvelope[] {
  return envelopes.map((envelope) => {
    const text = JSON.stringify(envelope)
    const bytes = Buffer.byteLength(text)
    if (bytes > envelopeBytes) {
      throw new EnvelopeRefused(`${envelope.type} has ${bytes} bytes, more than ${envelopeBytes}`, { envelope })
    }
    const fault = validate(envelope)
    if (fault !== null) throw new EnvelopeRefused(`${envelope.type} is not as its schema says: ${fault}`, { envelope })
    return { partition: partitionOf(envelope.subject), text }
  })
}

/** Null where something else wrote it: nobody could ever handle it. */
export function openEnvelope(text: string): Envelope | null {
  const read = envelopeSchema.safeParse(parseJson(text))
  return read.success ? read.data : null
}

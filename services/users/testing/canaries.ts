import { createHash } from 'node:crypto'

/** A secret in the forms in which it could turn up where it must not. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    createHash('sha1').update(secret).digest('hex'),
    createHash('sha1').update(secret).digest('base64'),
    ...base64Forms(bytes),
  ]
  return [...new Set(forms)]
}

/** Also as a part of something longer, at each of three offsets, without the characters that its neighbours share. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const inner = encoded.slice(offset === 0 ? 0 : offset + 1, -1)
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

export type Place = { readonly name: string; readonly text: string }

/** `mail token in log of one`, for each secret that is found in one of its forms. */
export function findCanaries(canaries: Readonly<Record<string, string>>, places: readonly Place[]): readonly string[] {
  return Object.entries(canaries).flatMap(([name, secret]) => {
    const forms = formsOf(secret)
    return places
      .filter(({ text }) => forms.some((form) => text.includes(form)))
      .map((place) => `${name} in ${place.name}`)
  })
}

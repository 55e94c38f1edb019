/** The default alphabet of 3GPP TS 23.038; escape is no character of a text. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡' +
    'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Its extension table: each takes an escape as well. */
const extension = new Set('\f^{}\\[~]|€')

const alphabets = {
  'GSM-7': { whole: 160, part: 153 },
  'UCS-2': { whole: 70, part: 67 },
} as const

export type SmsSize = {
  readonly alphabet: keyof typeof alphabets
  /** Septets of GSM-7, or units of 16 bits. */
  readonly units: number
  /** What is paid for: each part of a longer text gives some of its room to the header that puts it together again. */
  readonly segments: number
}

/** How a text travels. One character outside of GSM-7 makes all of it UCS-2. */
export function smsSize(text: string): SmsSize {
  const characters = [...text]
  const alphabet = characters.every((one) => basic.has(one) || extension.has(one)) ? 'GSM-7' : 'UCS-2'
  const sizes = characters.map((one) => (alphabet === 'UCS-2' ? one.length : septetsOf(one)))
  const units = sizes.reduce((sum, size) => sum + size, 0)
  const { whole, part } = alphabets[alphabet]
  return { alphabet, units, segments: units <= whole ? 1 : partsOf(sizes, part) }
}

const septetsOf = (character: string): number => (extension.has(character) ? 2 : 1)

/** An escape and its character, and the halves of a surrogate pair, stay in one part. */
function partsOf(sizes: readonly number[], room: number): number {
  let parts = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > room) {
      parts += 1
      used = 0
    }
    used += size
  }
  return parts
}

import { readFile } from 'node:fs/promises'

/** Defined by what makes a bundle, which then has the files inside; unheard of where source runs. */
declare const ASSETS_INSIDE: boolean

export type FontName = 'regular' | 'semiBold' | 'japanese'

export async function fontBytes(name: FontName): Promise<Buffer> {
  if (typeof ASSETS_INSIDE === 'undefined') return readFile(new URL(files[name], import.meta.url))
  const { default: base64 } = await inside[name]()
  return Buffer.from(base64, 'base64')
}

const files: Readonly<Record<FontName, string>> = {
  regular: 'NotoSans-Regular.ttf',
  semiBold: 'NotoSans-SemiBold.ttf',
  japanese: 'NotoSansJP-Regular.ttf',
}

const inside = {
  regular: () => import('./NotoSans-Regular.ttf'),
  semiBold: () => import('./NotoSans-SemiBold.ttf'),
  japanese: () => import('./NotoSansJP-Regular.ttf'),
} as const

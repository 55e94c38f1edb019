import { escapeToBuffer } from 'hono/utils/html'

/** As text or as the value of an attribute. */
export function escapeHtml(value: string): string {
  const written: [string] = ['']
  escapeToBuffer(value, written)
  return written[0]
}

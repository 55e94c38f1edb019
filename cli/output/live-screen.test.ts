import { expect, test } from 'vitest'
import { createLiveScreen } from './live-screen.ts'

const screen = (columns: number, rows: number) => {
  let written = ''
  const stdout = {
    columns,
    rows,
    write: (text: string) => {
      written += text
      return true
    },
  }
  return { ...createLiveScreen(stdout), written: () => written }
}

test('the second picture takes the place of the first', () => {
  const { draw, written } = screen(80, 24)
  draw('one\ntwo')
  draw('three')
  expect(written()).toBe('\r\u001b[Jone\ntwo\n\u001b[2A\r\u001b[Jthree\n')
})

test('what would wrap or scroll is cut, so that nothing is left behind', () => {
  const { draw, written } = screen(6, 3)
  draw('123456789\ntwo\nthree')
  draw('end')
  expect(written()).toBe('\r\u001b[J12345\ntwo\n\u001b[2A\r\u001b[Jend\n')
})

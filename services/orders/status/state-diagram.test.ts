import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { diagramMarkers, renderStateDiagram, withStateDiagram } from './state-diagram.ts'

test('the README draws the state machine as it is', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(withStateDiagram(readme)).toBe(readme)
})

test('an arrow names every action that leads from one status to another, and a status without a way out is an end', () => {
  const diagram = renderStateDiagram()
  expect(diagram).toContain('  paid --> processing: process, ship_some\n')
  expect(diagram).toContain('  expired --> paid: payment_succeeded\n')
  expect(diagram).toContain('  delivered --> [*]\n')
  expect(diagram).not.toContain('pending --> pending')
})

test('what stands around the markers stays, and a text without them is refused', () => {
  const { begin, end } = diagramMarkers
  expect(withStateDiagram(`a\n${begin}\nold\n${end}\nb`)).toBe(`a\n${begin}\n${renderStateDiagram()}\n${end}\nb`)
  expect(() => withStateDiagram('a')).toThrow('no place')
})

import { stripVTControlCharacters } from 'node:util'

// All control characters but tab and line feed: a service's log may hold any of them.
const controls = /[^\P{Cc}\t\n]/gu

/** The text without colour codes and control characters: what others wrote must not move a person's cursor. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(controls, '')

/** On one line, for a log where each event has one. */
export const onOneLine = (text: string): string =>
  printable(text)
    .trim()
    .replace(/\s*\n\s*/g, ' | ')

/** Columns that the text takes on a terminal, near enough: no wide characters are counted twice. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length

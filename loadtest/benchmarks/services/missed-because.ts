/** Of rows that are known to miss their target: why, and what was tried. By the row's id, those of orders on their own. */
export const missedBecause: Readonly<Record<string, string>> = {
  'X10.pg':
    'what is around the statement costs 2.3 to 2.6 H either way, and what the row adds to it is about 0.6 of what it adds unnamed. Six runs gave 0.74 to 0.96, four of them 0.74 to 0.81. Tried: statements named once, several on one connection without waiting, one round trip a request',
  'X10.boot':
    'missed in milliseconds only, the ratio is met: an empty Node takes 33 ms here, and H is 36 to 47 µs where the target was set at 17. Reading the bundle is two thirds of it. Tried: documents, mail and tracing are read when they are first needed; a compile cache saves 17 ms and needs a place to write, which the image does not have',
  A16: 'four hundred requests come within a moment, and to refuse one takes the same thread about 0.7 ms; three runs gave 157, 210 and 295 ms. Tried: those without a turn are refused before any statement, and hashes run behind requests; before that it was 340 to 550 ms',
}

/** PromQL's own words that look like the name of a series. */
const language = new Set(['by', 'on', 'or', 'le', 'group_left', 'and', 'unless', 'ignoring', 'bool', 'sum'])

/** What is in quotes, in braces or in brackets is no name, and neither is a function or the labels that it groups by. */
const bare = (expr: string): string =>
  expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on|group_left|ignoring) *\([^)]*\)/g, '')
    .replaceAll(/\b[a-z0-9_]+ *\(/g, '(')

/** The series that an expression reads. */
export const metricNamesIn = (expr: string): readonly string[] =>
  (bare(expr).match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? []).filter((word) => !language.has(word))

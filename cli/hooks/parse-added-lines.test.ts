import { expect, test } from 'vitest'
import { parseAddedLines, parseRawDiff } from './parse-added-lines.ts'

const id = '0'.repeat(40)

test('files are read with their names as they are', () => {
  const raw = `:000000 100644 ${id} ${id} A\0a b/ü"\n.ts\0:100644 120000 ${id} ${id} T\0link\0:160000 160000 ${id} ${id} M\0module\0`
  expect(parseRawDiff(raw)).toEqual([
    { path: 'a b/ü"\n.ts', kind: 'file', status: 'A' },
    { path: 'link', kind: 'other', status: 'T' },
    { path: 'module', kind: 'other', status: 'M' },
  ])
  expect(parseRawDiff('')).toEqual([])
})

test('lines have the numbers of the new file, also where they look like a patch themselves', () => {
  const patch = `diff --git a/one b/one
index 1..2 100644
--- a/one
+++ b/one
@@ -1,0 +2,2 @@ context
+diff --git a/x b/x
+++ b/x
@@ -9 +11 @@
-old
+new\r
\\ No newline at end of file
diff --git a/picture b/picture
Binary files a/picture and b/picture differ
diff --git a/link b/link
deleted file mode 100644
@@ -1 +0,0 @@
-text
diff --git a/link b/link
new file mode 120000
@@ -0,0 +1 @@
+target
diff --git a/last b/last
@@ -0,0 +1 @@
+end
`
  const file = (path: string, status: 'A' | 'M' | 'T') => ({ path, kind: 'file', status }) as const
  const files = [file('one', 'M'), file('picture', 'M'), file('link', 'T'), file('last', 'A')]
  expect(parseAddedLines(patch, files)).toEqual([
    {
      path: 'one',
      lines: [
        { number: 2, text: 'diff --git a/x b/x' },
        { number: 3, text: '++ b/x' },
        { number: 11, text: 'new' },
      ],
    },
    { path: 'picture', lines: [] },
    { path: 'link', lines: [{ number: 1, text: 'target' }] },
    { path: 'last', lines: [{ number: 1, text: 'end' }] },
  ])
})

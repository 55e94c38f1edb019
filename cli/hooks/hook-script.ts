import { quoteWord } from '../errors/quote-word.ts'

export const hookName = 'pre-commit'
/** Where a hook that was there before is kept, and run first. */
export const keptHookName = 'pre-commit.before-shopctl'

const mark = '# shopctl pre-commit hook'
const version = 1

/**
 * What git runs. `prefix` is the folder of shopctl within its repository. It asks the checkout that the commit is made
 * in, so that each worktree is judged by its own rules, and installs nothing: a commit is no moment to wait for that.
 */
export const renderHook = (prefix: string): string => `#!/bin/sh
${mark}, version ${version}. Put here by: shopctl hooks install. Taken away by: shopctl hooks uninstall.
before=$(dirname "$0")/${keptHookName}
if [ -x "$before" ]; then "$before" "$@" || exit $?; fi
root=$(git rev-parse --show-toplevel)/${quoteWord(prefix)}
if [ ! -d "$root/node_modules" ]; then
  printf '%s\\n' "NOT_INSTALLED: What is staged cannot be checked; nothing was committed." >&2
  printf '%s\\n' "  Why: there is no node_modules in $root" "  Fix: (cd '$root' && npm install --include=dev)" >&2
  exit 3
fi
exec "\${root%/}/bin/shopctl" hooks run ${hookName}
`

/** Whose hook a text is; null where there is none. */
export const ownerOf = (text: string | null): 'shopctl' | 'somebody' | 'nobody' => {
  if (text === null) return 'nobody'
  return text.includes(mark) ? 'shopctl' : 'somebody'
}

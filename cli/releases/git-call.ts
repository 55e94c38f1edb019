import type { ToolCall } from '../tools/tool-call.ts'

export const gitCall = (repository: string, ...args: readonly string[]): ToolCall => ({
  program: 'git',
  args: ['-C', repository, ...args],
  // Looking must not write the index that another git may be using.
  env: { GIT_OPTIONAL_LOCKS: '0' },
  timeoutSeconds: 10,
})

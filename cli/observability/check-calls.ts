import type { ToolCall } from '../tools/tool-call.ts'

const timeoutSeconds = 180

const ask = (program: string, folder: string, args: readonly string[]): ToolCall => ({
  program,
  args,
  cwd: folder,
  timeoutSeconds,
})

/** Files that a configuration names (tokens, targets) are elsewhere; only its words are judged. */
export const checkConfigCall = (folder: string, file = 'prometheus/prometheus.yml'): ToolCall =>
  ask('promtool', folder, ['check', 'config', '--syntax-only', file])

export const checkRulesCall = (folder: string, files: readonly string[]): ToolCall =>
  ask('promtool', folder, ['check', 'rules', ...files])

export const testRulesCall = (folder: string, files: readonly string[]): ToolCall =>
  ask('promtool', folder, ['test', 'rules', ...files])

export const checkAlertmanagerCall = (folder: string): ToolCall =>
  ask('amtool', folder, ['check-config', 'alertmanager/alertmanager.yml'])

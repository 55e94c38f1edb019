import { readFileSync } from 'node:fs'
import { runTool } from '../../tools/run-tool.ts'

let known: string | undefined

const sysctl = async (): Promise<string> => {
  const call = { program: '/usr/sbin/sysctl', args: ['-n', 'kern.bootsessionuuid'], timeoutSeconds: 5 }
  return (await runTool(call, new AbortController().signal)).stdout
}

/** Changes with every start of the machine: a process of another boot is dead whatever its id says. */
export const readBootId = async (): Promise<string> => {
  known ??=
    process.platform === 'linux'
      ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      : (await sysctl()).trim()
  return known
}

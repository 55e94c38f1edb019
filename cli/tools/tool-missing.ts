import { statSync } from 'node:fs'
import { hasErrorCode } from '../errors/has-error-code.ts'
import { quoteWord } from '../errors/quote-word.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'

type Installation = { readonly linux: string; readonly darwin: string }

const installation = (name: string): Installation => ({
  linux: `sudo apt-get install -y ${name}`,
  darwin: `brew install ${name}`,
})

/** How a tool that shopctl runs comes onto a machine, where its package is not just called like the tool. */
const installations: Readonly<Record<string, Installation>> = {
  docker: { linux: 'sudo apt-get install -y docker.io', darwin: 'brew install --cask docker' },
  'redis-server': { linux: 'sudo apt-get install -y redis-server', darwin: 'brew install redis' },
  setpriv: { linux: 'sudo apt-get install -y util-linux', darwin: 'brew install util-linux' },
  'sonar-scanner': {
    linux:
      'curl -fLO https://binaries.sonarsource.com/Distribution/sonar-scanner-cli/sonar-scanner-cli-8.1.0.6389-linux-x64.zip',
    darwin: 'brew install sonar-scanner',
  },
  terraform: {
    linux: 'sudo snap install terraform --classic',
    darwin: 'brew install hashicorp/tap/terraform',
  },
  trivy: { linux: 'sudo snap install trivy', darwin: 'brew install trivy' },
}

/** What to type to get a tool, or a newer one. */
export const installCommand = (program: string, platform: NodeJS.Platform): string => {
  const { linux, darwin } = installations[program] ?? installation(program)
  return platform === 'darwin' ? darwin : linux
}

type Attempt = { readonly program: string; readonly cwd?: string; readonly platform: NodeJS.Platform }

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/**
 * What a failed start means: TOOL_MISSING (refused), which names the tool and what to type to get it, where the program
 * is not there; else the error as it came. A working directory that is gone has the same errno as a missing program.
 */
export const toolNotStarted = (error: Error, { program, cwd, platform }: Attempt): Error => {
  if (!hasErrorCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return error
  if (cwd !== undefined && !isDirectory(cwd)) return new Error(`No such directory: ${cwd}`, { cause: error })
  const isPath = program.includes('/')
  return new ShopctlError({
    code: 'TOOL_MISSING',
    outcome: 'refused',
    what: `The program ${program} is not on this machine${isPath ? '' : "'s PATH"}; nothing was changed.`,
    why: [error.message],
    fix: [isPath ? `ls -l ${quoteWord(program)}` : installCommand(program, platform)],
    cause: error,
  })
}

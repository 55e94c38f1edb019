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
  terraform: {
    linux: 'sudo snap install terraform --classic',
    darwin: 'brew install hashicorp/tap/terraform',
  },
  trivy: { linux: 'sudo snap install trivy', darwin: 'brew install trivy' },
}

/** TOOL_MISSING (refused): names the tool and what to type to get it. */
export const toolMissing = (program: string, cause: { readonly platform: NodeJS.Platform; readonly error: Error }) => {
  const known = installations[program] ?? installation(program)
  const isPath = program.includes('/')
  return new ShopctlError({
    code: 'TOOL_MISSING',
    outcome: 'refused',
    what: `The program ${program} is not on this machine${isPath ? '' : "'s PATH"}; nothing was changed.`,
    why: [cause.error.message],
    fix: isPath ? [`ls -l ${program}`] : [cause.platform === 'darwin' ? known.darwin : known.linux],
    cause: cause.error,
  })
}

import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { createLocalPlatform } from '../platforms/local/local-platform.ts'
import { freePort } from '../platforms/local/ports.ts'
import { type PlatformUnderTest, platformContract } from '../platforms/testing/platform-contract.ts'
import { copyRepository } from './copy-repository.ts'

const open = async (): Promise<PlatformUnderTest> => {
  const { root, remove } = await copyRepository()
  const variables = { PATH: process.env.PATH ?? '', HOME: join(root, '..', 'home') }
  const request = { repository: root, environment: 'local', variables, publicPort: await freePort() }
  const platform = createLocalPlatform(request)
  let secrets: readonly string[] = []
  return {
    platform: {
      ...platform,
      async prepare(work) {
        await platform.prepare(work)
        secrets = await platform.secrets()
      },
    },
    changeSource: (service) =>
      appendFile(join(root, 'services', service, 'main.ts'), "\nReflect.set(globalThis, 'v', 2)\n"),
    secrets: async () => secrets,
    async close() {
      await platform.down({ data: 'delete' }, AbortSignal.timeout(60_000))
      await remove()
    },
  }
}

describe('the local platform', () => platformContract(open))

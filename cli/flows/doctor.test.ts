import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { environments } from '../../stacks/environments.ts'
import { doctor } from './doctor.ts'

const bareMachine = (platform: NodeJS.Platform) =>
  doctor({
    repository: tmpdir(),
    port: 8080,
    environment: { PATH: '' },
    nodeVersion: 'v24.0.0',
    platform,
    signal: AbortSignal.any([]),
    facts: environments.prod,
  })

test.each([
  ['linux', 'sudo apt-get install -y git', 'sudo apt-get install -y docker.io', 'sudo snap install trivy'],
  ['darwin', 'brew install git', 'brew install --cask docker', 'brew install trivy'],
] as const)(
  'on %s what is missing is told with what a package is called there',
  async (platform, git, docker, trivy) => {
    const findings = await bareMachine(platform)
    const fixOf = (name: string) => findings.find((finding) => finding.name === name)?.fix
    expect([fixOf('git'), fixOf('docker'), fixOf('trivy')]).toEqual([git, docker, trivy])
  },
)

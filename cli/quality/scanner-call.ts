import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ToolCall } from '../tools/tool-call.ts'
import type { SonarServer } from './sonar-server.ts'
import { reportTaskFile, sonarSettings } from './sonar-settings.ts'

const timeoutSeconds = 900

/** The address and the token go by environment: the arguments of a program can be read by every user of the machine. */
export const scannerCall = (repository: string, { url, token }: SonarServer): ToolCall => {
  const settings = {
    ...sonarSettings((folder) => existsSync(join(repository, folder))),
    // The scanner refuses a relative one.
    'sonar.scanner.metadataFilePath': join(repository, reportTaskFile),
  }
  return {
    program: 'sonar-scanner',
    args: Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
    cwd: repository,
    env: { SONAR_HOST_URL: url, SONAR_TOKEN: token },
    secrets: [token],
    timeoutSeconds,
  }
}

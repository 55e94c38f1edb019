import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { freePort, isFree } from './ports.ts'

const firstForAll = 1024

/** The port of the last time, so that settings which name it stay the same; another one where it is taken now. */
export const choosePort = async (directory: string): Promise<number> => {
  const file = join(directory, 'port')
  const remembered = Number(await readFile(file, 'utf8').catch(() => ''))
  if (Number.isInteger(remembered) && remembered >= firstForAll && remembered < 65536 && (await isFree(remembered))) {
    return remembered
  }
  const port = await freePort()
  await writeFileAtomically(file, String(port))
  return port
}

import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** The first file on a PATH that has this name and may be executed, or null. */
export const findProgram = async (name: string, path = ''): Promise<string | null> => {
  for (const directory of path.split(delimiter).filter(Boolean)) {
    const file = join(directory, name)
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  return null
}

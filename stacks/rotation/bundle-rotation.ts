import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** The function as one CommonJS file. The AWS SDK stays outside: it is a part of Lambda's Node. */
export const bundleRotation = (): string => {
  const result = buildSync({
    entryPoints: [join(import.meta.dirname, 'rotate-secret.ts')],
    absWorkingDir: join(import.meta.dirname, '..', '..'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['@aws-sdk/*', 'pg-native'],
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  })
  const [file] = result.outputFiles
  if (file === undefined) throw new Error('esbuild made no file')
  return file.text
}

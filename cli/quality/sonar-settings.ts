/** Where `bin/test unit --coverage` leaves what SonarQube reads. Without it SonarQube would say 0 %, and nobody why. */
export const coverageFile = 'reports/coverage/lcov.info'
/** Written by the scanner and read by the gate: which analysis to ask for. */
export const reportTaskFile = 'reports/quality/report-task.txt'

const sourceFolders = [
  'bin',
  'cli',
  'services',
  'stacks',
  'manifests',
  'observability',
  'loadtest',
  'pipelines',
] as const
const tests = ['**/*.test.ts', '**/testing/**', 'cli/e2e/**']
const notWritten = ['**/golden/**', '**/node_modules/**', '**/reports/**']

/**
 * What the scanner is told of this repository, in SonarQube's own words. Thresholds are none of it: they are the
 * server's gate. Branch and pull request are found by the scanner in Jenkins' own variables.
 */
export const sonarSettings = (present: (folder: string) => boolean): Readonly<Record<string, string>> => {
  const folders = sourceFolders.filter(present).join(',')
  return {
    'sonar.projectKey': 'shop',
    'sonar.projectName': 'Shop',
    'sonar.sourceEncoding': 'UTF-8',
    'sonar.sources': folders,
    'sonar.exclusions': [...tests, ...notWritten].join(','),
    'sonar.tests': folders,
    'sonar.test.inclusions': tests.join(','),
    'sonar.test.exclusions': notWritten.join(','),
    'sonar.typescript.tsconfigPaths': 'tsconfig.json',
    'sonar.javascript.lcov.reportPaths': coverageFile,
    'sonar.working.directory': '.shopctl/sonar',
  }
}

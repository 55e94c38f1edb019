import { defineConfig } from 'vitest/config'

const everywhere = { environment: 'node', restoreMocks: true, unstubEnvs: true } as const

/** unit: pure, no database. integration: real PostgreSQL, Redis where it is. chaos: what is killed or frozen. load: the load engine against servers that keep their own record. e2e: bin/shopctl itself; infra: on AWS; cluster: on a cluster. */
export default defineConfig({
  test: {
    // Only with --coverage. SonarQube reads lcov and Jenkins cobertura; what is too little is said by SonarQube's gate.
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'lcovonly', 'cobertura'],
      reportsDirectory: 'reports/coverage',
      exclude: ['**/testing/**', '**/golden/**', 'cli/e2e/**', '**/*.test.ts'],
    },
    projects: [
      {
        test: {
          ...everywhere,
          name: 'unit',
          include: ['{bin,cli,services,stacks,manifests,observability,loadtest,pipelines}/**/*.test.ts'],
          exclude: ['**/*.{integration,chaos}.test.ts', 'cli/e2e/**'],
          // No test judges a time; a machine that does other things as well must not fail one.
          testTimeout: 30_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...everywhere,
          name: 'integration',
          include: ['{cli,services,stacks,pipelines,observability}/**/*.integration.test.ts'],
          globalSetup: ['services/kit/testing/postgres-for-tests.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // Each file has a database of its own; left to itself vitest keeps one of two cores free.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...everywhere,
          name: 'chaos',
          include: ['services/**/*.chaos.test.ts'],
          globalSetup: ['services/kit/testing/postgres-for-tests.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Each file has databases and processes of its own, and much of its time they are waited for.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...everywhere,
          name: 'load',
          include: ['loadtest/**/*.chaos.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // What judges a load generator by the clock has the machine for itself.
          maxWorkers: 1,
        },
      },
      {
        test: {
          ...everywhere,
          name: 'e2e',
          include: ['cli/e2e/*.e2e.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          ...everywhere,
          name: 'infra',
          include: ['cli/e2e/infrastructure/*.e2e.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // Each file has an account of its own, and most of its time AWS is waited for.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...everywhere,
          name: 'cluster',
          include: ['cli/e2e/cluster/**/*.e2e.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
          // Each file has a namespace of its own, and most of its time the cluster is waited for.
          maxWorkers: 2,
        },
      },
    ],
  },
})

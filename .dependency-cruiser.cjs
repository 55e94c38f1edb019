/** Each rule is named as the sentence that it protects. Run: npm run arrows */
const only = (name, from, to) => ({ name, severity: 'error', from, to })
const dependency = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`

// commands → flows → releases, health, platforms, images, infrastructure, smoke → tools → errors
const engine = '^cli/(releases|health|platforms|images|infrastructure|quality|smoke|hooks)/'

module.exports = {
  forbidden: [
    only('no module imports itself through others', {}, { circular: true }),
    only('imports resolve', {}, { couldNotResolve: true }),
    only(
      'commands only parse, call one flow and print',
      { path: '^cli/commands/' },
      { path: '^cli/(releases|health|platforms|images|infrastructure|quality|smoke|hooks|tools)/' },
    ),
    only('flows do not know commands', { path: '^cli/flows/' }, { path: '^cli/commands/' }),
    only('the engine does not know flows or commands', { path: engine }, { path: '^cli/(flows|commands)/' }),
    only('health is pure', { path: '^cli/health/', pathNot: '\\.test\\.ts$' }, { pathNot: '^cli/(health|errors)/' }),
    only('releases do not know platforms', { path: '^cli/releases/' }, { path: '^cli/platforms/(local|kubernetes)/' }),
    only(
      'platforms meet only in platform.ts',
      { path: '^cli/platforms/(local|kubernetes)/' },
      { path: '^cli/platforms/', pathNot: '^cli/platforms/($1/|[^/]+\\.ts$)' },
    ),
    only(
      'tools know nothing but errors',
      { path: '^cli/tools/' },
      { path: '^(cli|services|stacks|manifests)/', pathNot: '^(cli/(tools|errors)/)' },
    ),
    only('errors know nothing', { path: '^cli/errors/', pathNot: '\\.test\\.ts$' }, { pathNot: '^cli/errors/' }),
    only(
      'only cli/tools/ starts programs',
      {
        pathNot:
          '^(bin/(set-up\\.cjs|run-checks\\.ts)|cli/tools/run-tool\\.ts|cli/tools/spawn-detached\\.ts|cli/e2e/|loadtest/benchmarks/|(cli/start|services/kit|stacks|cli/infrastructure/terraform|loadtest/engine)/testing/|.*\\.test\\.ts$)',
      },
      { path: `^(node:)?child_process$|${dependency('execa')}` },
    ),
    only('only stacks imports cdktf', { pathNot: '^stacks/' }, { path: dependency('cdktf', '@cdktf', 'cdktn') }),
    only(
      'the bindings are imported one file at a time: all of them take seconds',
      { path: '^stacks/' },
      { path: 'node_modules/@cdktf/provider-aws/(lib/)?index\\.(js|d\\.ts)$' },
    ),
    only(
      'stacks know nothing of the command line',
      { path: '^stacks/', pathNot: '\\.test\\.ts$' },
      { path: '^(cli|services|manifests|observability|loadtest|pipelines)/', pathNot: '^services/registry\\.ts$' },
    ),
    only(
      'the command line imports of stacks only facts, and in one place what synthesises',
      {
        path: '^(cli|manifests|services|loadtest)/',
        pathNot: '\\.test\\.ts$|/testing/|^cli/e2e/|^loadtest/benchmarks/|^cli/infrastructure/terraform/',
      },
      {
        path: '^stacks/',
        pathNot: '^stacks/(environments|installations|stack-reference|bucket-names|waivers|usage)\\.ts$',
      },
    ),
    only(
      'only platforms/kubernetes imports the Kubernetes client',
      { pathNot: '^cli/platforms/kubernetes/' },
      { path: dependency('@kubernetes'), dependencyTypesNot: ['type-only'] },
    ),
    only(
      'services import nothing outside services',
      { path: '^services/' },
      { path: '^(cli|stacks|manifests|observability|loadtest|pipelines)/' },
    ),
    only(
      'a service imports kit and itself, never another service',
      { path: '^services/(users|catalog|orders|edge)/' },
      { path: '^services/', pathNot: '^services/($1|kit)/|^services/registry\\.ts$' },
    ),
    only('the kit knows no service', { path: '^services/kit/' }, { path: '^services/(users|catalog|orders|edge)/' }),
    only(
      'the command line imports of services only their facts',
      { path: '^cli/', pathNot: '\\.test\\.ts$' },
      { path: '^services/', pathNot: '^services/registry\\.ts$' },
    ),
    only(
      'facts import nothing',
      { path: '^(services/registry|stacks/(environments|installations)|observability/objectives)\\.ts$' },
      {},
    ),
    only(
      'the load engine knows of the shop only its facts',
      { path: '^loadtest/', pathNot: '^loadtest/benchmarks/|\\.test\\.ts$' },
      {
        path: '^(cli|stacks|manifests|observability|services)/',
        pathNot: '^(services/registry|observability/objectives)\\.ts$',
      },
    ),
    only(
      'only output prints',
      { path: '^cli/', pathNot: '^cli/(output|e2e)/|\\.test\\.ts$' },
      { path: dependency('listr2', 'chalk') },
    ),
    only(
      'what ships does not import what tests',
      {
        pathNot:
          '\\.test\\.ts$|^cli/e2e/|^vitest\\.config\\.ts$|^bin/hooks-reporter\\.ts$|/testing/|^loadtest/benchmarks/',
      },
      { path: `\\.test\\.ts$|/testing/|${dependency('vitest', 'fast-check')}` },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)golden/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    parser: 'swc',
  },
}

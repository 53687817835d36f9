// The architecture as sentences. Each rule's comment tells the offender where the code should go.
// test/architecture/boundaries.test.ts asserts that the cruise really saw every module.
const PURE_STAGES =
  'connectors|triggers|analysis|targets|optimizer|tax|orders|compliance|execution|fix|reconciliation';
const TESTS = '\\.(test|props\\.test|contract|scenario)\\.ts$|\\.test-d\\.ts$';

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Types included: move what both need into a third file, or into domain.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'kernel-imports-nothing-of-ours',
      comment: 'The kernel knows no finance. What needs a domain type belongs in domain.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^src/(?!kernel/)' },
    },
    {
      name: 'domain-imports-only-kernel',
      comment: 'Domain knows no stage. A type that needs a stage belongs to that stage.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: '^src/(?!domain/|kernel/)' },
    },
    {
      name: 'stages-never-import-each-other',
      comment: 'What passes between stages is a type in domain; workflow alone joins them.',
      severity: 'error',
      from: { path: `^src/(${PURE_STAGES})/`, pathNot: TESTS },
      to: { path: '^src/(?!kernel/|domain/)', pathNot: '^src/$1/' },
    },
    {
      name: 'stateful-import-only-db-below',
      comment:
        'vault, audit and oms stand on kernel, domain and db; ports are handed in by workflow.',
      severity: 'error',
      from: { path: '^src/(vault|audit)/', pathNot: TESTS },
      to: { path: '^src/(?!kernel/|domain/|db/)', pathNot: '^src/$1/' },
    },
    {
      name: 'oms-may-also-import-fix',
      comment: 'The FIX gateway is the one crossing.',
      severity: 'error',
      from: { path: '^src/oms/', pathNot: TESTS },
      to: { path: '^src/(?!kernel/|domain/|db/|oms/|fix/|fix-runtime/)' },
    },
    {
      name: 'db-imports-only-kernel-and-domain',
      comment: 'db is the lowest stateful layer.',
      severity: 'error',
      from: { path: '^src/db/', pathNot: TESTS },
      to: { path: '^src/(?!kernel/|domain/|db/)' },
    },
    {
      name: 'fix-runtime-imports-only-fix-below',
      comment: 'The session driver and its file store know FIX, not the order manager.',
      severity: 'error',
      from: { path: '^src/fix-runtime/', pathNot: TESTS },
      to: { path: '^src/(?!kernel/|domain/|fix/|fix-runtime/)' },
    },
    {
      name: 'optimizer-runtime-imports-only-optimizer-below',
      comment: 'Threads and files around the optimizer know nothing of accounts, runs or stores.',
      severity: 'error',
      from: { path: '^src/optimizer-runtime/', pathNot: TESTS },
      to: { path: '^src/(?!kernel/|domain/|optimizer/|optimizer-runtime/)' },
    },
    {
      name: 'enter-by-the-index',
      comment: 'Another folder is entered only through its index.ts: export what you need there.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: TESTS },
      to: {
        path: '^src/[^/]+/',
        pathNot: [
          '^src/$1/',
          '^src/[^/]+/index\\.ts$',
          '^src/(api/contract|workflow/[^/]+|simulator/[^/]+)/index\\.ts$',
        ],
      },
    },
    {
      name: 'edges-are-imported-by-nobody',
      comment: 'api, cli and main are composition roots; what others need belongs below them.',
      severity: 'error',
      from: { path: '^src/(?!api/|cli/|main\\.ts)', pathNot: TESTS },
      to: { path: '^src/(api|cli)/|^src/main\\.ts', pathNot: '^src/api/contract/' },
    },
    {
      name: 'pure-stages-use-no-node',
      comment:
        'Pure folders do no I/O: take bytes, values and a Clock; let the edge read files and sockets.',
      severity: 'error',
      from: { path: `^src/(domain|${PURE_STAGES})/`, pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-stages-use-no-packages',
      comment:
        'Exceptions are codecs of connectors and the CEL module: wrap a package in one module there.',
      severity: 'error',
      from: {
        path: `^src/(domain|${PURE_STAGES})/`,
        pathNot: [TESTS, '^src/connectors/', '^src/compliance/cel\\.ts$'],
      },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'] },
    },
    {
      name: 'sql-driver-only-in-db',
      comment: 'Queries go through db; only db and *postgres.ts files know the driver.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/db/', 'postgres\\.ts$', TESTS, '^src/workflow/jobs/'],
      },
      to: { path: 'node_modules/(pg|pg-boss|@electric-sql)/' },
    },
    {
      name: 'no-development-packages-in-src',
      comment: 'What ships depends on dependencies only; move the package or the code.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-copyleft',
      comment: 'Licence of what ships is Apache-2.0: find another package.',
      severity: 'error',
      from: { path: '^src/' },
      to: { license: 'GPL|AGPL|LGPL|SSPL|BUSL' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};

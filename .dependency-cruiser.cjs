// Who may import whom: imports go down the ranks only. The table is the rule; test/docs/import-ranks.test.ts proves that it bites.
'use strict'

/** Rooms of src/ from low to high. Rooms of one rank do not import each other. */
const ranks = [
  ['lib'],
  ['message', 'text', 'phone'],
  ['telemetry', 'config', 'smpp', 'sip', 'http', 'tendlc'],
  ['money', 'powerpack'],
  ['directory', 'store/contracts'],
  ['pipeline', 'delivery', 'receipts', 'lookup', 'history', 'cluster', 'store'],
  ['edges', 'admin', 'sim'],
  [
    'cli',
    'app.ts',
    'core.ts',
    'account-destinations.ts',
    'account-limits.ts',
    'account-sides.ts',
    'accounting.ts',
    'admin-options.ts',
    'api-instruments.ts',
    'api-options.ts',
    'api-switch.ts',
    'attached-numbers.ts',
    'book-currency.ts',
    'carrier-limits.ts',
    'gauges.ts',
    'instruments.ts',
    'limit-books.ts',
    'limit-instruments.ts',
    'limit-use.ts',
    'live-directory.ts',
    'log-ins.ts',
    'message-traces.ts',
    'message-ways.ts',
    'networks.ts',
    'number-claims.ts',
    'number-provider.ts',
    'number-source.ts',
    'open-carriers.ts',
    'open.ts',
    'pool-gauges.ts',
    'pool-senders.ts',
    'pools.ts',
    'record-files.ts',
    'repeated-requests.ts',
    'restore.ts',
    'sip-certificate.ts',
    'sip-options.ts',
    'sip-peers.ts',
    'sip-switch.ts',
    'softphone-options.ts',
    'stop.ts',
    'stop-steps.ts',
    'switch-time.ts',
    'tied-esmes.ts',
    'tied-pools.ts',
    'tied-vendors.ts',
    'vendor-links.ts',
    'webhook-authority.ts',
    'main.ts',
  ],
]

/** The one pair of one rank that may: receipts are what delivery tells about. */
const exceptions = { delivery: ['receipts'] }

/** Rooms of the top rank are one program: main starts cli, cli starts app. */
const topRank = ranks[ranks.length - 1]

const pathOf = (room) => (room.endsWith('.ts') ? `^src/${room.replace('.', '\\.')}$` : `^src/${room}/`)

// A test may use what is beside its room: the memory store is the test fake of the core.
const testCode = '\\.(test|suite)\\.ts$'

// src/store/ without its contracts, which are a room of their own, three ranks lower in use.
const fromOf = (room) =>
  room === 'store'
    ? { path: '^src/store/', pathNot: ['^src/store/contracts/', testCode] }
    : { path: pathOf(room), pathNot: testCode }

function rankRules() {
  return ranks
    .flatMap((rooms, rank) =>
      rooms.map((room) => {
        const peers =
          rooms === topRank ? [] : rooms.filter((peer) => peer !== room && !(exceptions[room] ?? []).includes(peer))
        const above = [...peers, ...ranks.slice(rank + 1).flat()]
        const to = { path: above.map(pathOf) }
        // The path of `store` covers its contracts too, which lower rooms and peers may import.
        if (above.includes('store') && !above.includes('store/contracts')) to.pathNot = '^src/store/contracts/'
        return {
          name: `rank-of-${room.replace(/[/.]/g, '-')}`,
          comment: `${room} is below or beside what it imports here.`,
          severity: 'error',
          from: fromOf(room),
          to,
        }
      }),
    )
    .filter((rule) => rule.to.path.length > 0)
}

const libraryRooms = ['smpp', 'sip']

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...rankRules(),
    {
      name: 'known-room',
      comment: 'Each file of src/ is in a room of the table above.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: ranks.flat().map(pathOf) },
    },
    {
      name: 'config-stays-on-top',
      comment: 'Only app, main and cli read the configuration; every other room gets its slice as plain options.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/config/', '^src/[^/]+\\.test\\.ts$', ...topRank.map(pathOf)] },
      to: { path: '^src/config/' },
    },
    ...libraryRooms.map((room) => ({
      name: `${room}-stands-alone`,
      comment: `${room} could be published by itself: of ours it imports lib and text only.`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: [`^src/${room}/`, '^src/lib/', '^src/text/'] },
    })),
    ...libraryRooms.map((room) => ({
      name: `${room}-by-its-face`,
      comment: `Others use of ${room} what its index.ts gives.`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${room}/` },
      to: { path: `^src/${room}/`, pathNot: `^src/${room}/index\\.ts$` },
    })),
    {
      name: 'core-without-protocol-or-store',
      comment: 'pipeline, delivery and receipts are tested with no socket and no database.',
      severity: 'error',
      from: { path: '^src/(pipeline|delivery|receipts)/', pathNot: testCode },
      to: {
        path: [
          '^src/(smpp|sip|http)/',
          '^src/store/',
          'node_modules/(lmdb|smpp|fastify|ioredis)/',
          '^(node:)?(net|tls|http|https|fs|fs/promises|dgram)$',
        ],
        pathNot: '^src/store/contracts/',
      },
    },
    {
      name: 'edges-apart',
      comment: 'An edge never imports another edge; what both count or map alike lies beside them.',
      severity: 'error',
      from: { path: '^src/edges/([^/]+)/' },
      to: { path: '^src/edges/[^/]+/', pathNot: '^src/edges/$1/' },
    },
    {
      name: 'stores-apart',
      comment: 'A backend never imports another backend; what they share lies beside them.',
      severity: 'error',
      from: { path: '^src/store/(lmdb|memory|redis)/' },
      to: { path: '^src/store/(lmdb|memory|redis)/', pathNot: '^src/store/$1/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle has no order to be read in.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-test-code-in-production',
      comment: 'Fake clocks, test suites and tests are imported by tests only.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.(test|suite)\\.ts$', '^src/lib/fake-'] },
      to: { path: ['\\.(test|suite)\\.ts$', '^src/lib/fake-', '^test/'] },
    },
    {
      name: 'no-dev-dependency-in-production',
      comment: 'What src/ imports is installed with the package.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(test|suite)\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'Each import leads somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}

import { readFileSync } from 'node:fs';

/** The rooms of lib/, from the ground up; each imports only from those before it. */
const rooms = JSON.parse(readFileSync(new URL('docs/rooms.json', import.meta.url), 'utf8')).map(({ room }) => room);

const upwards = rooms.map((room, at) => ({
  name: `no-import-upwards-from-${room}`,
  comment: `lib/${room}/ imports only from the rooms before it in docs/rooms.json, and nothing from the entry points.`,
  severity: 'error',
  from: { path: `^lib/${room}/` },
  to: { path: ['^lib/[^/]+$', ...rooms.slice(at + 1).map((other) => `^lib/${other}/`)] },
}));

/** What lies outside of lib/. */
const OUTSIDE = '^(bench|bin|docs|lambdas|test)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...upwards,
    {
      name: 'no-circle-of-values',
      comment: 'Files that need each other at run time are one file, or lack a third that both need. Types may.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'the-engine-knows-no-flows',
      comment: 'lib/engine/ runs any state machine: it needs the language of AWS and what all rooms agree on.',
      severity: 'error',
      from: { path: '^lib/engine/' },
      to: { path: '^lib/', pathNot: '^lib/(engine|asl|protocol)/' },
    },
    {
      name: 'the-wrapper-stays-small',
      comment: 'lib/runtime/ is bundled round every component.',
      severity: 'error',
      from: { path: '^lib/runtime/' },
      to: { path: '^lib/', pathNot: '^lib/(runtime|protocol)/' },
    },
    {
      name: 'lib-stands-alone',
      comment: 'lib/ imports nothing from outside; only lib/aws/ deploys the function of the API in lambdas/_system/.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/aws/' },
      to: { path: OUTSIDE },
    },
    {
      name: 'only-the-api-from-lambdas',
      comment: 'lib/aws/ deploys the function of the API, and needs no component.',
      severity: 'error',
      from: { path: '^lib/aws/' },
      to: { path: OUTSIDE, pathNot: '^lambdas/_system/' },
    },
    {
      name: 'components-need-the-runtime',
      comment: 'A component imports what is bundled round it; the built-in ones that run flows, lib/run/ too.',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/(builtin|_system)/' },
      to: { path: '^(lib|bin|docs|test)/', pathNot: '^lib/(runtime|protocol)/' },
    },
    {
      name: 'built-in-components-need-no-more-than-a-run',
      comment: 'What lambdas/builtin/ imports is deployed with it.',
      severity: 'error',
      from: { path: '^lambdas/builtin/' },
      to: { path: '^(lib|bin|docs|test)/', pathNot: '^lib/(runtime|protocol|diagnostics|run)/' },
    },
    {
      name: 'the-api-is-a-host-of-executions',
      comment: 'What lambdas/_system/ imports is deployed with it: it has HTTP, and lib/executions/ the rest.',
      severity: 'error',
      from: { path: '^lambdas/_system/' },
      to: { path: '^(lib|bin|docs|test)/', pathNot: '^lib/(runtime|protocol|diagnostics|executions)/' },
    },
    {
      name: 'no-import-of-the-package-by-name',
      comment: 'Inside the repository a file is imported by its path.',
      severity: 'error',
      from: { path: '^(lib|lambdas|bin)/' },
      to: { path: '^stepflow-aws(/|$)' },
    },
    {
      name: 'every-folder-is-a-room',
      comment: 'A new folder of lib/ gets a line in docs/rooms.json.',
      severity: 'error',
      from: { path: '^lib/[^/]+/', pathNot: rooms.map((room) => `^lib/${room}/`) },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
  },
};

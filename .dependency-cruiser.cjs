/**
 * The walls of the house. Each rule's comment says what it keeps apart and why; `npm run walls` fails on any breach.
 * A room's own tests may reach for whatever proves their point, so they are exempt where a rule says `notTests`.
 */
const { existsSync, readdirSync } = require("node:fs");

const tests = "\\.(test|spec)\\.tsx?$";
const notTests = `(${tests})|^(lib/testing|tests)/`;

// A domain is a room of lib with a service in it, so that a new one stands behind the walls from its first file.
const domains = readdirSync("lib")
  .filter((name) => existsSync(`lib/${name}/service.ts`))
  .join("|");
const leaves =
  "^lib/(errors|ids|clock|money|log|paths|json|durations|globs|histogram|periods|team-paths|validation|secrets/key-ring)\\.ts$|^lib/(config|authz)/|^lib/client/path";
const storeFile = "(store|[a-z]+-store|store-[a-z]+)\\.ts$";
const domainDoors =
  "/(service|schema|members|identities|increases|levels|codes|standing|spend|traffic|callable)\\.ts$|^lib/audit/record\\.ts$";
// What a browser bundle must never hold, and what a client of the API has no business with.
const serverSide =
  "^lib/(db|auth|boot|jobs|gateway|simulator|outbox|secrets|testing|metrics)/|^lib/(context|log)\\.ts$|^lib/config/|/(service|store|jobs|record)\\.ts$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      comment: "Two files that import each other are one file, or a third one waits to be found between them.",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      comment: "An import that leads nowhere fails at run time.",
      from: {},
      // Next writes its types beside the build; Prisma's client stands after npm ci.
      to: { couldNotResolve: true, pathNot: "^\\./\\.next/" },
    },
    {
      name: "lib-below-app",
      severity: "error",
      comment: "lib never imports app or components: what it knows, it knows without a page or a route.",
      from: { path: "^lib/", pathNot: notTests },
      to: { path: "^(app|components)/" },
    },
    {
      name: "lib-below-tools",
      severity: "error",
      comment: "The product never imports the command line, scripts or benchmarks, which are its clients.",
      from: { path: "^(lib|app|components)/|^(server|middleware)\\.ts$", pathNot: notTests },
      to: { path: "^(cli|scripts|bench|tests)/" },
    },
    {
      name: "components-are-clients",
      severity: "error",
      comment: "Components never import a service, a store or the database: the console is a client of the public API.",
      from: { path: "^components/", pathNot: notTests },
      to: { path: serverSide, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "pages-are-clients",
      severity: "error",
      comment: "Pages of the console and the portal have no private way around the public API either.",
      from: { path: "^app/\\((console|portal)\\)/", pathNot: notTests },
      to: {
        path: "^lib/db/|^lib/(gateway|outbox|jobs)/|/(service|store|jobs)\\.ts$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "ui-without-domain",
      severity: "error",
      comment: "Primitives have no domain word in them, so they import nothing of one.",
      from: { path: "^components/ui/", pathNot: notTests },
      to: { path: `^lib/(${domains})/|^components/(${domains})/` },
    },
    {
      name: "routes-are-declarations",
      severity: "error",
      comment: "A control route declares and calls one service: no rows, no transaction.",
      from: { path: "^app/api/v1/.*route\\.ts$" },
      to: { path: `^lib/db/|^lib/(gateway|simulator)/|/${storeFile}` },
    },
    {
      name: "store-imports-only-db",
      severity: "error",
      comment: "A store holds rows: lib/db, leaves, its domain's own words, and the types that its arguments have.",
      from: { path: `^lib/([^/]+)/${storeFile}` },
      to: {
        path: "^(lib|app|components)/",
        pathNot: `^lib/db/|^lib/api/pagination\\.ts$|^lib/$1/(schema\\.ts$|${storeFile})|${leaves}`,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "store-has-one-caller",
      severity: "error",
      comment: "Rows of a domain are touched by that domain's own files only.",
      from: { path: "^[a-z]+/([^/]+)/", pathNot: notTests },
      to: { path: `^lib/([^/]+)/${storeFile}`, pathNot: "^lib/$1/" },
    },
    {
      name: "domain-through-its-service",
      severity: "error",
      comment: "A domain reaches another through its service (or its schema), so that its rules are always applied.",
      from: { path: `^lib/(${domains})/`, pathNot: notTests },
      to: { path: `^lib/(${domains})/`, pathNot: `^lib/$1/|${domainDoors}`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "gateway-without-services",
      severity: "error",
      comment: "The data plane sees the control plane's rows and their schemas: no service, no route, no UI.",
      from: { path: "^lib/gateway/", pathNot: notTests },
      to: {
        path: `^lib/(${domains}|api|boot|jobs|outbox|client)/|^lib/context\\.ts$`,
        pathNot: "/schema\\.ts$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "gateway-speaks-raw-pg",
      severity: "error",
      comment: "Prisma blocks the event loop for longer than a call may wait; the gateway uses lib/db/pool.",
      from: { path: "^lib/gateway/", pathNot: notTests },
      to: { path: "^lib/db/(client\\.ts|generated/)", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "services-without-gateway",
      severity: "error",
      comment: "The control plane does not reach into the data plane; they meet in the database.",
      from: { path: `^lib/(${domains}|api|audit|auth|authz|jobs|outbox)/|^app/api/`, pathNot: notTests },
      to: { path: "^lib/gateway/" },
    },
    {
      name: "simulator-stands-alone",
      severity: "error",
      comment: "The simulator plays somebody else's server: it knows the wire and nothing of ours but leaves.",
      from: { path: "^lib/simulator/", pathNot: notTests },
      to: { path: "^(lib|app|components)/", pathNot: `^lib/simulator/|${leaves}` },
    },
    {
      name: "leaves-import-leaves",
      severity: "error",
      comment: "Everyone may import a leaf because a leaf imports nobody but leaves.",
      from: { path: leaves, pathNot: notTests },
      to: { path: "^(lib|app|components)/|^server\\.ts$", pathNot: leaves },
    },
    {
      name: "rights-are-pure",
      severity: "error",
      comment: "Server and browser ask the same permission table, so it needs nothing but itself.",
      from: { path: "^lib/authz/", pathNot: notTests },
      to: { pathNot: "^lib/authz/" },
    },
    {
      name: "testing-for-tests",
      severity: "error",
      comment: "Only tests, seed, demo and benchmarks import the test kit.",
      from: { pathNot: `${notTests}|^scripts/(seed|demo)/|^bench/|^(vitest|playwright)\\.config\\.ts$` },
      to: { path: "^lib/testing/" },
    },
    {
      name: "no-dev-dependency-in-product",
      severity: "error",
      comment: "What runs in production is installed in production.",
      // `-source.mjs` starts a thread from TypeScript, where there is no build yet.
      from: { path: "^(app|components|lib|cli)/|^(server|middleware)\\.ts$", pathNot: `${notTests}|-source\\.mjs$` },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only", "npm"] },
    },
    {
      name: "no-undeclared-dependency",
      severity: "error",
      comment: "A package that package.json does not name may be gone after the next install.",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    // Type-only imports count too, marked as such, so that a rule can tell a word from a call.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ["node_modules", "^lib/db/generated/"] },
    exclude: { path: ["^node_modules/.cache", "^\\.next/", "^dist/", "^public/", "^docs/", "^deploy/", "^coverage/"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
    cache: false,
  },
};

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const config = path.resolve(".dependency-cruiser.cjs");
const cruiser = path.resolve("node_modules/.bin/depcruise");
let house = "";

/** One file for each wall that runs into it, and the wall's name; and files that stand at the same places and may. */
const breaches: [file: string, source: string, wall: string][] = [
  ["lib/teams/a.ts", 'import { b } from "./b";\nexport const a = () => b;', "no-cycles"],
  ["lib/teams/lost.ts", 'import "./nowhere";', "no-unresolvable"],
  ["lib/teams/page.ts", 'import { page } from "@/app/page";\npage();', "lib-below-app"],
  ["lib/teams/view.ts", 'import { view } from "@/components/teams/view";\nview();', "lib-below-app"],
  ["lib/teams/tool.ts", 'import { tool } from "@/scripts/tool";\ntool();', "lib-below-tools"],
  ["components/teams/service.tsx", 'import { list } from "@/lib/teams/service";\nlist();', "components-are-clients"],
  ["components/teams/db.tsx", 'import { db } from "@/lib/db/client";\ndb();', "components-are-clients"],
  ["app/(console)/teams/page.tsx", 'import { list } from "@/lib/teams/service";\nlist();', "pages-are-clients"],
  ["components/ui/button.tsx", 'import { teamSchema } from "@/lib/teams/schema";\nteamSchema();', "ui-without-domain"],
  ["app/api/v1/teams/route.ts", 'import { rows } from "@/lib/teams/store";\nrows();', "routes-are-declarations"],
  ["lib/keys/store.ts", 'import { context } from "@/lib/context";\ncontext();', "store-imports-only-db"],
  ["lib/keys/thief.ts", 'import { rows } from "@/lib/teams/store";\nrows();', "store-has-one-caller"],
  ["lib/keys/neighbour.ts", 'import { b } from "@/lib/teams/b";\nb();', "domain-through-its-service"],
  ["lib/gateway/call.ts", 'import { list } from "@/lib/teams/service";\nlist();', "gateway-without-services"],
  ["lib/gateway/rows.ts", 'import { db } from "@/lib/db/client";\ndb();', "gateway-speaks-raw-pg"],
  ["lib/teams/inside.ts", 'import { meter } from "@/lib/gateway/meter";\nmeter();', "services-without-gateway"],
  ["lib/simulator/server.ts", 'import { context } from "@/lib/context";\ncontext();', "simulator-stands-alone"],
  ["lib/money.ts", 'import { context } from "@/lib/context";\ncontext();', "leaves-import-leaves"],
  ["lib/authz/permissions.ts", 'import { now } from "@/lib/clock";\nnow();', "rights-are-pure"],
  ["lib/teams/fake.ts", 'import { fake } from "@/lib/testing/fake";\nfake();', "testing-for-tests"],
  ["lib/teams/dev.ts", 'import { tool } from "dev-tool";\ntool();', "no-dev-dependency-in-product"],
  ["lib/teams/hoisted.ts", 'import { tool } from "hoisted-tool";\ntool();', "no-undeclared-dependency"],
];

const allowed: Record<string, string> = {
  "app/page.ts": "export const page = () => 1;",
  "components/teams/view.ts":
    'import type { Team } from "@/lib/teams/service";\nexport const view = (team?: Team) => team;',
  "scripts/tool.ts": "export const tool = () => 1;",
  "lib/context.ts": "export const context = () => 1;",
  "lib/clock.ts": "export const now = () => 1;",
  "lib/db/client.ts": "export const db = () => 1;",
  "lib/gateway/meter.ts":
    'import { teamSchema } from "@/lib/teams/schema";\nimport { now } from "@/lib/clock";\nexport const meter = () => [teamSchema, now];',
  "lib/teams/b.ts": 'import { a } from "./a";\nexport const b = () => a;',
  "lib/teams/schema.ts": "export const teamSchema = () => 1;",
  "lib/teams/service.ts":
    'import { rows } from "./store";\nimport { start } from "@/lib/keys/service";\nexport interface Team { id: string }\nexport const list = () => [rows, start];',
  "lib/teams/store.ts":
    'import { db } from "@/lib/db/client";\nimport type { Team } from "./service";\nexport const rows = (team?: Team) => [db, team];',
  "lib/teams/x.test.ts":
    'import { fake } from "@/lib/testing/fake";\nimport { rows } from "./store";\nimport { tool } from "dev-tool";\nexport default [fake, rows, tool];',
  "lib/keys/service.ts": "export const start = () => 1;",
  "lib/testing/fake.ts": 'import { meter } from "@/lib/gateway/meter";\nexport const fake = () => meter;',
  "app/api/v1/keys/route.ts": 'import { start } from "@/lib/keys/service";\nexport const GET = () => start();',
};

function write(file: string, text: string): void {
  const target = path.join(house, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, `${text}\n`);
}

async function findBreaches(): Promise<{ from: string; wall: string }[]> {
  const { stdout } = await run(
    cruiser,
    ["--config", config, "--output-type", "json", "app", "components", "lib", "scripts"],
    {
      cwd: house,
      maxBuffer: 32 * 1024 * 1024,
    },
  ).catch((error: { stdout: string }) => error);
  const report = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return report.summary.violations.map(({ from, rule }) => ({ from, wall: rule.name }));
}

let found: { from: string; wall: string }[] = [];
beforeAll(async () => {
  house = mkdtempSync(path.join(os.tmpdir(), "pllm-walls-"));
  write("package.json", JSON.stringify({ name: "house", type: "module", devDependencies: { "dev-tool": "1.0.0" } }));
  write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { module: "esnext", moduleResolution: "bundler", paths: { "@/*": ["./*"] } } }),
  );
  for (const tool of ["dev-tool", "hoisted-tool"]) {
    write(`node_modules/${tool}/package.json`, JSON.stringify({ name: tool, version: "1.0.0", main: "index.js" }));
    write(`node_modules/${tool}/index.js`, "exports.tool = () => 1;");
  }
  for (const [file, text] of Object.entries(allowed)) write(file, text);
  for (const [file, text] of breaches) write(file, text);
  found = await findBreaches();
}, 60_000);
afterAll(() => {
  rmSync(house, { recursive: true, force: true });
});

describe("the walls", () => {
  test.each(breaches)("stop %s, which says %j, at %s", (file, _text, wall) => {
    expect(found).toContainEqual({ from: file, wall });
  });

  test("let everything else pass", () => {
    const blamed = new Set(breaches.map(([file]) => file));
    // A circle is reported at each of its files.
    expect(found.filter(({ from, wall }) => !blamed.has(from) && wall !== "no-cycles")).toEqual([]);
  });

  test("are each run into here", async () => {
    const { forbidden } = (await import(config)).default as { forbidden: { name: string; severity: string }[] };
    expect(new Set(breaches.map(([, , wall]) => wall))).toEqual(new Set(forbidden.map(({ name }) => name)));
    expect(new Set(forbidden.map(({ severity }) => severity))).toEqual(new Set(["error"]));
  });
});

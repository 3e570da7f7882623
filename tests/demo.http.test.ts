/** The product's main job, end to end: the real server, its own PostgreSQL, the official client, a verified webhook. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt, type ServerProcess, spawnServer, startServerProcess } from "@/lib/testing/server-process";

const home = path.join(mkdtempSync(path.join(os.tmpdir(), "pllm-demo-test-")), "home");
let server: ServerProcess;
let masterKey: string;

beforeAll(async () => {
  await ensureBuilt();
  server = await startServerProcess({ PLLM_HOME: home });
  masterKey = JSON.parse(readFileSync(path.join(home, "secrets.json"), "utf8")).master_key;
}, 240_000);

afterAll(async () => {
  await server.stop();
  rmSync(path.dirname(home), { recursive: true, force: true });
});

test("the demo goes through: calls, sums that agree, a budget that binds, four alerts, a revoked key", async () => {
  const demo = spawnServer(
    { PLLM_URL: server.url, PLLM_MASTER_KEY: masterKey },
    { command: [process.execPath, "--import", "tsx", "scripts/demo/main.ts"] },
  );
  expect(await demo.exited, demo.stderr()).toBe(0);
  const said = demo.stdout();
  expect(said.match(/USD = events/g)).toHaveLength(5);
  expect(said).toContain("stream without include_usage: 102 chunks, usage not sent");
  expect(said).toContain("was refused: 429 budget_exceeded");
  expect(said).toContain("alerts received: 50 %, 75 %, 90 %, 100 %, each once");
  expect(said).toMatch(/refused everywhere after \d{1,3} ms/);
});

test("the gateway thread's figures are among those of /metrics, for whoever may read all usage", async () => {
  const scrape = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${masterKey}` } });
  const text = await scrape.text();
  expect(text).toMatch(/pllm_gateway_calls_total\{endpoint="chat",[^}]*status="ok"\} \d+/);
  expect(text).toMatch(/pllm_gateway_refusals_total\{endpoint="chat",code="budget_exceeded"\} 1/);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
});

import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { ensureBuilt, startServerProcess } from "@/lib/testing/server-process";

const cleanups: (() => unknown)[] = [];
beforeAll(ensureBuilt, 180_000);
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start() {
  const directory = mkdtempSync(path.join(os.tmpdir(), "pllm-drain-"));
  chmodSync(directory, 0o755);
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  const home = path.join(directory, "home");
  const server = await startServerProcess({ PLLM_HOME: home });
  cleanups.push(() => server.stop());
  const { master_key: masterKey } = JSON.parse(readFileSync(path.join(home, "secrets.json"), "utf8"));
  const call = async (method: string, target: string, body?: unknown) => {
    const response = await fetch(`${server.url}/api/v1${target}`, {
      method,
      headers: { authorization: `Bearer ${masterKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  return { server, call };
}

/** A key, and a model that takes ten seconds to say a hundred words. */
async function prepare(call: Awaited<ReturnType<typeof start>>["call"]): Promise<string> {
  const provider = (await call("GET", "/providers?q=simulator")).data[0];
  await call("POST", `/providers/${provider.id}/models`, {
    name: "slow",
    upstream_name: "sim-small;tokens=100;chunk_delay=100ms",
    price: { input_per_mtok_usd: "1", output_per_mtok_usd: "1" },
  });
  const user = await call("POST", "/users", { email: "drain@example.test" });
  return (await call("POST", "/keys", { type: "user", name: "drain", user_id: user.id })).secret;
}

test("told to end, the server tells load balancers to leave until its last stream has ended, and is gone then", async () => {
  const { server, call } = await start();
  const secret = await prepare(call);
  const ready = () => fetch(`${server.url}/readyz`);
  expect((await ready()).status).toBe(200);
  const stream = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "slow", stream: true, messages: [{ role: "user", content: "hi" }] }),
  });
  expect(stream.status).toBe(200);
  const text = stream.text();

  server.child.kill("SIGTERM");
  await expect.poll(async () => (await ready()).status, { timeout: 5_000 }).toBe(503);
  const answer = await ready();
  expect(await answer.json()).toEqual({ status: "draining" });
  expect(answer.headers.get("connection")).toBe("close");
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const late = await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
  expect([late.status, late.headers.get("retry-after")]).toEqual([503, "1"]);

  expect((await text).trim().endsWith("data: [DONE]")).toBe(true);
  expect(await server.exited).toBe(0);
  expect(await ready().catch(() => "gone")).toBe("gone");
});

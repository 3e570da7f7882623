import { request } from "undici";
import { describe, expect, it } from "vitest";
import { startSimulatorThread } from "./thread";

/** Keeps this thread's event loop from turning. */
function blockFor(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

describe("the simulator's thread", () => {
  it("serves with the options it was given, and its port is free after close", async () => {
    const simulator = await startSimulatorThread({ apiKey: "sk-thread" });
    const refused = await request(`${simulator.url}/models`);
    expect(refused.statusCode).toBe(401);
    await refused.body.dump();
    const served = await request(`${simulator.url}/models`, { headers: { authorization: "Bearer sk-thread" } });
    expect(served.statusCode).toBe(200);
    await served.body.dump();
    await expect(startSimulatorThread({ port: simulator.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await simulator.close();
    await simulator.close();
    const again = await startSimulatorThread({ port: simulator.port });
    await again.close();
  });

  it("keeps its own time while the caller's event loop stands still", async () => {
    const simulator = await startSimulatorThread();
    const body = JSON.stringify({
      model: "sim-small;tokens=40;chunk_delay=20ms",
      stream: true,
      messages: [{ role: "user", content: "hi" }],
    });
    const answer = await request(`${simulator.url}/chat/completions`, { method: "POST", body });
    // The chunks take 800 ms. Were they made on this event loop, all of that would still be to come after the block.
    blockFor(1_500);
    const resumedAt = performance.now();
    const text = await answer.body.text();
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(performance.now() - resumedAt).toBeLessThan(700);
    await simulator.close();
  });
});

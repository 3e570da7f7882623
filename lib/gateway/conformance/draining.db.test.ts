import { describe, expect, test } from "vitest";
import { type Caller, chatBody, doors, newRequestId, openStage } from "@/lib/testing/conformance";
import { openTestDatabase } from "@/lib/testing/database";
import { type RunningGateway, startGateway } from "@/lib/testing/gateway";
import {
  chatCompletion,
  end,
  stall,
  streamEvents,
  streamHead,
  usageOf,
  wait,
  write,
} from "@/lib/testing/upstream-scripts";

const t = openTestDatabase();

const usage = usageOf({ prompt: 10, completion: 3 });
const events = streamEvents({ tokens: ["one", " two"], usage });
const seen = streamEvents({ tokens: ["one", " two"], includeUsage: false });

describe.each(doors)("shutting down behind the %s door", (door) => {
  const stage = openStage(t, { door });

  const call = (running: RunningGateway, caller: Caller, requestId: string, fields: Record<string, unknown> = {}) =>
    fetch(`${running.url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${caller.secret}`, "x-request-id": requestId },
      body: JSON.stringify(chatBody(caller.model, fields)),
    });
  /** Asked once, at once: what is not there yet has not been booked. */
  const booked = (requestId: string) => t.db.usageEvent.findFirst({ where: { request_id: requestId } });

  test.each([true, false])(
    "lets a call in flight end, refuses new ones, and has booked all when it is over (stream: %s)",
    async (stream) => {
      const caller = await stage.makeCaller();
      const running = await startGateway({ door });
      const gate = stage.upstream.gate();
      const asked = stage.upstream.requests.length;
      const script = stream
        ? [
            streamHead(),
            ...events.slice(0, 2).map((event) => write(event)),
            wait(gate),
            ...events.slice(2).map((event) => write(event)),
            end(),
          ]
        : [wait(gate), ...chatCompletion({ usage })];
      stage.upstream.enqueue(script);
      const requestId = newRequestId();
      const answer = call(running, caller, requestId, { stream });
      await stage.upstream.waitForRequests(asked + 1);
      let isDrained = false;
      const drained = running.gateway.drain(20_000).then(() => {
        isDrained = true;
      });
      for (const path of ["/chat/completions", "/models"]) {
        const refused = await fetch(running.url + path, { method: path === "/models" ? "GET" : "POST" });
        expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("connection")]).toEqual([
          503,
          "1",
          "close",
        ]);
        expect(await refused.json()).toMatchObject({ error: { code: "service_unavailable", type: "server_error" } });
        expect(refused.headers.get("x-request-id")).toMatch(/^req_/);
      }
      expect(isDrained).toBe(false);
      gate.open();
      const text = await (await answer).text();
      if (stream) expect(text).toBe(seen.join(""));
      else expect(JSON.parse(text)).toMatchObject({ usage });
      await drained;
      await running.close();
      expect(await booked(requestId)).toMatchObject({
        status: "ok",
        prompt_tokens: 10,
        completion_tokens: 3,
        cost_source: "usage",
      });
      expect(await t.db.reservation.count()).toBe(0);
    },
  );

  test("cuts what does not end in time: the caller is told, and what was produced is booked when it is over", async () => {
    const caller = await stage.makeCaller();
    const running = await startGateway({ door });
    stage.upstream.enqueue([streamHead(), ...events.slice(0, 3).map((event) => write(event)), stall()]);
    const requestId = newRequestId();
    const response = await call(running, caller, requestId, { stream: true });
    const reader = response.body?.getReader();
    let text = "";
    const read = async (isEnough: () => boolean) => {
      while (!isEnough()) {
        const part = await reader?.read();
        if (!part || part.done) return;
        text += Buffer.from(part.value).toString();
      }
    };
    await read(() => text.includes("two"));
    await running.gateway.drain(50);
    await running.gateway.close();
    expect(await booked(requestId)).toMatchObject({ status: "error", completion_tokens: 2, cost_source: "estimate" });
    expect(await t.db.reservation.count()).toBe(0);
    await read(() => false);
    expect(text.slice(0, seen.slice(0, 3).join("").length)).toBe(seen.slice(0, 3).join(""));
    expect(text).toMatch(/data: \{"error":.*"provider_error".*\}\n\n$/);
    expect(text).not.toContain("[DONE]");
    running.stopServer();
  });

  test("books what hung up while it was shutting down", async () => {
    const caller = await stage.makeCaller();
    const running = await startGateway({ door });
    const asked = stage.upstream.requests.length;
    stage.upstream.enqueue([stall()]);
    const requestId = newRequestId();
    const lost = call(running, caller, requestId, { stream: true });
    await stage.upstream.waitForRequests(asked + 1);
    const drained = running.gateway.drain(20_000);
    running.stopServer();
    await expect(lost).rejects.toThrow();
    await drained;
    await running.gateway.close();
    expect(await booked(requestId)).toMatchObject({ status: "aborted", completion_tokens: 0 });
  });
});

import { expect, test } from "vitest";
import { outcomeOf } from "./model-call";

const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });

test("an answer is told with its cost, its tokens and who served it", () => {
  const body = JSON.stringify({
    choices: [{ message: { content: "Hello" } }],
    usage: { prompt_tokens: 9, completion_tokens: 1 },
  });
  const headers = { "x-pllm-cost-usd": "0.000012", "x-pllm-provider": "north", "x-request-id": "req_1" };
  expect(outcomeOf(answer(200, headers), body, 12.5)).toEqual({
    isOk: true,
    status: 200,
    text: "Hello",
    code: null,
    latencyMs: 12.5,
    promptTokens: 9,
    completionTokens: 1,
    costUsd: "0.000012",
    remainingUsd: null,
    provider: "north",
    requestId: "req_1",
  });
});

test("an answer without words is an answer", () => {
  const body = JSON.stringify({ choices: [{ message: { content: null } }] });
  expect(outcomeOf(answer(200), body, 1)).toMatchObject({ isOk: true, text: "", promptTokens: null, costUsd: null });
});

test("a refusal is told in the server's own words; what is no refusal of this server by its status", () => {
  const body = JSON.stringify({ error: { message: "The budget is used up.", code: "budget_exceeded" } });
  expect(outcomeOf(answer(429), body, 1)).toMatchObject({
    isOk: false,
    text: "The budget is used up.",
    code: "budget_exceeded",
  });
  for (const text of ["<html>", "null", ""])
    expect(outcomeOf(answer(502), text, 1)).toMatchObject({
      text: "The server answered with status 502.",
      code: "unreadable",
    });
});

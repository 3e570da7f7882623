/**
 * One call of a model from the browser, through /v1 as any program does it: to see that it works and what it costs. The key travels
 * in a header of this one request and is kept nowhere; the session's cookie stays at home.
 */

export interface ModelCall {
  secret: string;
  model: string;
  prompt: string;
  /** At most so many tokens of answer. */
  maxTokens: number;
}

/** What came of it, as this browser saw it. */
export interface CallOutcome {
  isOk: boolean;
  /** Null where nothing answered at all. */
  status: number | null;
  /** What the model said, or why the call was refused. */
  text: string;
  /** The refusal's code; null for an answer. */
  code: string | null;
  latencyMs: number;
  promptTokens: number | null;
  completionTokens: number | null;
  costUsd: string | null;
  /** Of the budget that binds. */
  remainingUsd: string | null;
  provider: string | null;
  requestId: string | null;
}

interface Answer {
  choices?: { message?: { content?: unknown } }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number };
  error?: { message?: unknown; code?: unknown };
}

function readAnswer(text: string): Answer {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** What an answer of `/v1/chat/completions` says. Pure. */
export function outcomeOf(response: Pick<Response, "ok" | "status" | "headers">, body: string, latencyMs: number) {
  const { choices, usage, error } = readAnswer(body);
  const content = choices?.[0]?.message?.content;
  const said = typeof content === "string" ? content : "";
  const why =
    typeof error?.message === "string" ? error.message : `The server answered with status ${response.status}.`;
  const header = (name: string) => response.headers.get(name);
  return {
    isOk: response.ok,
    status: response.status,
    text: response.ok ? said : why,
    code: response.ok ? null : typeof error?.code === "string" ? error.code : "unreadable",
    latencyMs,
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    costUsd: header("x-pllm-cost-usd"),
    remainingUsd: header("x-pllm-budget-remaining-usd"),
    provider: header("x-pllm-provider"),
    requestId: header("x-request-id"),
  } satisfies CallOutcome;
}

const silence = {
  isOk: false,
  status: null,
  text: "The server did not answer.",
  code: "unreachable",
  promptTokens: null,
  completionTokens: null,
  costUsd: null,
  remainingUsd: null,
  provider: null,
  requestId: null,
} as const;

/** Never throws: that nothing answered is an outcome too. */
export async function callModel({ secret, model, prompt, maxTokens }: ModelCall): Promise<CallOutcome> {
  const startedAt = performance.now();
  const passed = () => performance.now() - startedAt;
  try {
    const response = await fetch("/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({
        model,
        max_completion_tokens: maxTokens,
        messages: [{ role: "user", content: prompt }],
      }),
      credentials: "omit",
      cache: "no-store",
    });
    const body = await response.text();
    return outcomeOf(response, body, passed());
  } catch {
    return { ...silence, latencyMs: passed() };
  }
}

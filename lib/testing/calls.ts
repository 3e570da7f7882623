/** Chat calls from the caller's side, and a provider whose bills are known beforehand. Tests and benchmarks only. */
import { newId } from "@/lib/ids";
import type { ScriptedUpstream } from "./scripted-upstream";
import { chatCompletion, type Script, usageOf } from "./upstream-scripts";

export interface CallOptions {
  model: string;
  maxTokens?: number;
  isStream?: boolean;
  /** Becomes the event's `request_id` and reaches the provider. */
  requestId?: string;
  signal?: AbortSignal;
}

export interface Answer {
  /** 0 where no answer came, or only a part. */
  status: number;
  /** The code of the refusal, null for a call that went well. */
  code: string | null;
  body: string;
  headers: Headers;
}

interface RefusalBody {
  error?: { code?: string };
}

function codeOf(body: string): string | null {
  try {
    return (JSON.parse(body) as RefusalBody).error?.code ?? null;
  } catch {
    return null;
  }
}

/** Calls a model and reads the answer to its end. Never rejects. */
export async function callChat(url: string, secret: string, options: CallOptions): Promise<Answer> {
  const { model, maxTokens = 10, isStream = false, requestId = newId("request"), signal } = options;
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", "x-request-id": requestId },
      body: JSON.stringify({
        model,
        messages: [{ role: "user", content: "hi" }],
        max_tokens: maxTokens,
        ...(isStream ? { stream: true } : {}),
      }),
      ...(signal ? { signal } : {}),
    });
    const body = await response.text();
    return { status: response.status, code: response.ok ? null : codeOf(body), body, headers: response.headers };
  } catch {
    return { status: 0, code: null, body: "", headers: new Headers() };
  }
}

/** How many answers there are of each kind, by code or status. */
export function countAnswers(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const kind = code ?? String(status);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** An answer that uses exactly as many completion tokens as were asked for: at a price for output alone, what was estimated. */
export function billInFull(body: unknown): Script {
  const { model, max_tokens: completion } = body as { model: string; max_tokens: number };
  return chatCompletion({ content: "ok", model, usage: usageOf({ prompt: 1, completion }) });
}

/** Lets every call of `upstream` end in full at once. */
export function billEverything(upstream: ScriptedUpstream): void {
  upstream.respondWith((request) => billInFull(request.body));
}

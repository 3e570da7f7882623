/**
 * Asks a provider for its list of models, to see whether address and key are right. Used by ./connection alone.
 * What the provider answers is not repeated to anyone: an error page may hold whatever it was sent, the key included.
 */
import { type GuardedAgentOptions, guardedAgent } from "@/lib/net/guard";

export interface ProbeTarget {
  baseUrl: string;
  /** Null: asked without a key, as some servers of one's own allow. */
  apiKey: string | null;
  /** Hosts and CIDRs in private networks that may be reached. */
  allowed: readonly string[];
  timeoutMs?: number;
  resolve?: GuardedAgentOptions["resolve"];
}

export interface ProbeResult {
  latencyMs: number;
  /** Null where no answer came. */
  status: number | null;
  /** The names listed; null where no list came. */
  models: string[] | null;
  /** What went wrong, in one sentence; null where nothing did. */
  error: string | null;
}

const defaultTimeoutMs = 10_000;
const maxListBytes = 8 * 1024 * 1024;

class ListTooLongError extends Error {}

/**
 * The headers that carry the key. Anthropic's OpenAI-compatible endpoint takes a bearer token, but its list of models is the
 * native one (https://platform.claude.com/docs/en/api/models-list).
 */
function authHeaders(url: URL, apiKey: string | null): Record<string, string> {
  if (apiKey === null) return {};
  if (url.hostname === "api.anthropic.com") return { "x-api-key": apiKey, "anthropic-version": "2023-06-01" };
  return { authorization: `Bearer ${apiKey}` };
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxListBytes) throw new ListTooLongError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The ids of an OpenAI list, `{"data": [{"id": …}]}`; Google's carry a `models/` in front. Null for anything else. */
function readModelIds(text: string): string[] | null {
  try {
    const { data } = JSON.parse(text);
    if (!Array.isArray(data)) return null;
    return data.map((entry) => String(entry?.id ?? "").replace(/^models\//, ""));
  } catch {
    return null;
  }
}

const sentenceByStatus: Record<number, string> = {
  403: "The provider knows the key but does not let it list models (403).",
  404: "Nothing is served at this address (404). Check the path of base_url; most end in /v1.",
  429: "The provider limits requests just now (429). Address and key may well be right.",
};

function explainStatus(status: number, hasKey: boolean): string {
  if (status === 401) return hasKey ? "The provider refused the key (401)." : "The provider asks for a key (401).";
  const known = sentenceByStatus[status];
  if (known) return known;
  if (status >= 500) return `The provider has a problem of its own (${status}).`;
  if (status >= 300 && status < 400)
    return `The provider redirects elsewhere (${status}), and a key is never sent on. Enter the final address.`;
  return `The provider answered with status ${status}.`;
}

const sentenceByCode: Record<string, string> = {
  ENOTFOUND: "The host name cannot be found (DNS).",
  EAI_AGAIN: "The host name cannot be looked up just now (DNS).",
  ECONNREFUSED: "Nothing accepts connections at this host and port (connection refused).",
  ECONNRESET: "The connection was closed without an answer.",
  UND_ERR_SOCKET: "The connection was closed without an answer.",
  EHOSTUNREACH: "The host cannot be reached from here.",
  ENETUNREACH: "The network of this host cannot be reached from here.",
  ETIMEDOUT: "No connection came about in time (timeout).",
  UND_ERR_CONNECT_TIMEOUT: "No connection came about in time (timeout).",
  TARGET_REFUSED: "The host has an address in a private network, and PLLM_PRIVATE_TARGETS does not allow it.",
};

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : cause ? codeOf(cause) : "";
}

function explainFailure(error: unknown, timeoutMs: number): string {
  if (error instanceof ListTooLongError) return "The list of models is longer than 8 MiB.";
  if (error instanceof Error && error.name === "TimeoutError")
    return `The provider did not answer within ${timeoutMs / 1000} seconds (timeout).`;
  const code = codeOf(error);
  const known = sentenceByCode[code];
  if (known) return known;
  if (/CERT|TLS|SSL|SIGNATURE|EPROTO|SELF_SIGNED/.test(code))
    return `No secure connection could be made (TLS: ${code}). Check the certificate, or whether the port speaks https.`;
  if (error instanceof Error && error.name === "HTTPParserError") return "What answers there does not speak HTTP.";
  return "The provider cannot be reached.";
}

/** Asks for `GET {baseUrl}/models`. Never throws for what the other side does; redirects are not followed. */
export async function probeModels(target: ProbeTarget): Promise<ProbeResult> {
  const { baseUrl, apiKey, allowed, timeoutMs = defaultTimeoutMs, resolve } = target;
  const url = new URL(`${baseUrl}/models`);
  const agent = guardedAgent(allowed, { connect: { timeout: timeoutMs }, resolve });
  const startedAt = performance.now();
  const finish = (result: Omit<ProbeResult, "latencyMs">): ProbeResult => ({
    ...result,
    latencyMs: Math.round(performance.now() - startedAt),
  });
  let status: number | null = null;
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname,
      method: "GET",
      headers: { accept: "application/json", "user-agent": "pllm", ...authHeaders(url, apiKey) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = answer.statusCode;
    if (status !== 200) return finish({ status, models: null, error: explainStatus(status, apiKey !== null) });
    const models = readModelIds(await readLimited(answer.body));
    const error = models ? null : "What answers there gives no list of models in OpenAI's shape. Check base_url.";
    return finish({ status, models, error });
  } catch (error) {
    return finish({ status, models: null, error: explainFailure(error, timeoutMs) });
  } finally {
    await agent.destroy();
  }
}

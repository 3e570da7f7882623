/**
 * The product's main job on screen in under a minute: an organisation, a key, calls through the official client, exact
 * spend, a budget that binds, verified alerts, a key that is over. Run: npm run demo
 */
import { setTimeout as delay } from "node:timers/promises";
import OpenAI from "openai";
import { formatUsd, parseUsd } from "@/lib/money";
import { startReceiver } from "./receiver";
import { findServer } from "./server";

type Json = Record<string, unknown> & { id: string; data: Json[]; secret: string };

const bold = (text: string) => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);
const say = (text: string) => console.log(`   ${text}`);
const step = (number: number, text: string) => console.log(`\n${bold(`${number}. ${text}`)}`);

console.log(bold("pLLM demo"));
const server = await findServer();
const receiver = await startReceiver((alert) =>
  say(
    `webhook, signature verified: ${alert.type} at ${alert.threshold} % (spent ${alert.spentUsd} USD, ${alert.percent} %), id ${alert.id}`,
  ),
);

async function api(method: string, path: string, body?: unknown): Promise<Json> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.masterKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Json;
}

/** Says what agrees, and ends the demo where it does not. */
function expectEqual(what: string, shown: unknown, expected: string): void {
  if (shown !== expected) throw new Error(`${what} is ${shown} USD, but the events come to ${expected} USD`);
  say(`${what} ${shown} USD = events`);
}

async function until<T>(ask: () => Promise<T | null>, what: string): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(50)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error(`${what} did not happen within 20 s`);
}

try {
  const tag = Date.now().toString(36);
  step(1, "An organisation, a team, a person, a provider, a price, a budget, a webhook, a key");
  const organisation = await api("POST", "/teams", { name: `Acme ${tag}` });
  const team = await api("POST", "/teams", { name: "Platform", parent_id: organisation.id });
  const user = await api("POST", "/users", {
    email: `dana-${tag}@example.com`,
    name: "Dana",
    teams: [{ team_id: team.id, role: "member" }],
  });
  const simulator = (await api("GET", "/providers?q=simulator")).data.find(({ name }) => name === "simulator");
  if (!simulator) throw new Error("this server has no simulator; start it with PLLM_SIMULATOR=on");
  const provider = await api("POST", "/providers", {
    name: `demo-${tag}`,
    base_url: simulator.base_url,
    api_key: "sk-demo-provider-key",
  });
  const modelOf = async (name: string, upstream: string, kind: string, input: string, output: string) => {
    const model = await api("POST", `/providers/${provider.id}/models`, {
      name: `${name}-${tag}`,
      upstream_name: upstream,
      kind,
      max_output_tokens: 200,
    });
    await api("PATCH", `/models/${model.id}`, { price: { input_per_mtok_usd: input, output_per_mtok_usd: output } });
    return `${name}-${tag}`;
  };
  const chatModel = await modelOf("talker", "sim-small;tokens=100", "chat", "10", "200");
  const slowModel = await modelOf("slow-talker", "sim-small;tokens=100;chunk_delay=10ms", "chat", "10", "200");
  const embeddingModel = await modelOf("embedder", "sim-embedding", "embedding", "1", "0");
  const budget = await api("POST", "/budgets", {
    scope: { type: "team", id: organisation.id },
    limit_usd: "1.00",
    period: "monthly",
    hard: true,
  });
  receiver.secret = (
    await api("POST", "/webhooks", {
      url: receiver.url,
      events: ["budget.threshold_reached", "budget.exceeded"],
      description: "demo",
    })
  ).secret;
  const { key, secret } = (await api("POST", "/keys", {
    type: "user",
    name: "Dana's laptop",
    user_id: user.id,
  })) as Json & { key: Json };
  say(
    `${organisation.name} > ${team.name} > ${user.email}, key ${key.masked ?? key.prefix}, budget 1.00 USD a month on the organisation`,
  );

  step(2, "The official openai client");
  const openai = new OpenAI({ apiKey: secret, baseURL: `${server.url}/v1`, maxRetries: 0 });
  const messages = [{ role: "user" as const, content: "Why do budgets have to bind?" }];
  const models = await openai.models.list();
  say(`${models.data.length} models, ours among them: ${models.data.some(({ id }) => id === chatModel)}`);
  const answer = await openai.chat.completions.create({ model: chatModel, messages });
  say(
    `completion: ${answer.usage?.prompt_tokens} + ${answer.usage?.completion_tokens} tokens: "${answer.choices[0]?.message.content?.slice(0, 40)}…"`,
  );
  for (const include_usage of [false, true]) {
    let chunks = 0;
    let reported = 0;
    const stream = await openai.chat.completions.create({
      model: chatModel,
      messages,
      stream: true,
      ...(include_usage ? { stream_options: { include_usage } } : {}),
    });
    for await (const chunk of stream) {
      chunks += 1;
      if (chunk.usage) reported = chunk.usage.total_tokens;
    }
    say(
      `stream ${include_usage ? "with" : "without"} include_usage: ${chunks} chunks, usage ${reported ? `${reported} tokens` : "not sent"}`,
    );
  }
  const cut = await openai.chat.completions.create({ model: slowModel, messages, stream: true });
  let received = 0;
  for await (const _chunk of cut) if (++received === 40) break;
  say(`stream cut by the client after ${received} chunks`);
  const embedding = await openai.embeddings.create({ model: embeddingModel, input: "ledger" });
  say(`embedding of ${embedding.data[0]?.embedding.length} dimensions`);

  step(3, "Every call is one event; all sums agree to the nano-dollar");
  const events = await until(async () => {
    const page = await api("GET", `/usage/events?key_id=${key.id}&limit=50`);
    return page.data.length >= 5 ? page.data : null;
  }, "settling five calls");
  console.table(
    events.map(
      ({ model, status, prompt_tokens, completion_tokens, cost_usd, cost_source, latency_ms, first_token_ms }) => ({
        model,
        status,
        prompt_tokens,
        completion_tokens,
        cost_usd,
        cost_source,
        latency_ms,
        first_token_ms,
      }),
    ),
  );
  const sum = events.reduce((total, event) => total + parseUsd(String(event.cost_usd)), 0n);
  for (const group of ["key", "user", "team", "model"]) {
    const { totals } = (await api("GET", `/usage/summary?group_by=${group}&key_id=${key.id}`)) as Json & {
      totals: Json;
    };
    expectEqual(`by ${group.padEnd(5)}`, totals.cost_usd, formatUsd(sum));
  }
  const { current } = (await api("GET", `/budgets/${budget.id}`)) as Json & { current: Json };
  expectEqual("budget  ", current.spent_usd, formatUsd(sum));

  step(4, "On until the budget binds");
  let refusal: unknown = null;
  let calls = 0;
  while (refusal === null && calls < 200) {
    refusal = await openai.chat.completions.create({ model: chatModel, messages, max_tokens: 100 }).then(
      () => null,
      (error) => error,
    );
    calls += 1;
    await delay(20);
  }
  if (!(refusal instanceof OpenAI.APIError)) throw new Error("the budget did not bind");
  say(`call ${calls} was refused: ${refusal.status} ${refusal.code}`);
  say(`"${refusal.message}"`);
  await until(async () => (receiver.alerts.length >= 4 ? true : null), "four alerts");
  say(
    `alerts received: ${receiver.alerts
      .map(({ threshold }) => threshold)
      .sort((a, b) => a - b)
      .map((threshold) => `${threshold} %`)
      .join(", ")}, each once`,
  );

  step(5, "Revoke the key");
  await api("POST", `/keys/${key.id}/revoke`, { reason: "end of the demo" });
  const revokedAt = performance.now();
  await until(async () => {
    const error = await openai.models.list().then(
      () => null,
      (failure) => failure,
    );
    return error instanceof OpenAI.APIError && error.code === "key_revoked" ? true : null;
  }, "refusal of the revoked key");
  say(`refused everywhere after ${Math.round(performance.now() - revokedAt)} ms`);
  console.log(`\n${bold("Done.")}`);
} finally {
  receiver.close();
  await server.stop();
}
process.exit(0);

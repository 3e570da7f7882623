/** The connections to receivers, kept for the life of the process; one set per list of private targets that may be reached. */
import type { Agent } from "undici";
import { getConfig } from "@/lib/config/config";
import { guardedAgent } from "@/lib/net/guard";

const agents = globalThis as unknown as { pllmWebhookAgents?: Map<string, Agent> };

/**
 * The agent for a webhook. Whoever sets BUDGET_ALERT_WEBHOOK sets PLLM_PRIVATE_TARGETS too: naming the receiver there is allowing it,
 * so that an alert receiver in the same private network needs no second setting.
 */
export function agentFor(webhook: { source: string; url: string }): Agent {
  const { privateTargets } = getConfig();
  const allowed =
    webhook.source === "environment" ? [...privateTargets, new URL(webhook.url).hostname] : privateTargets;
  const key = allowed.join(",");
  agents.pllmWebhookAgents ??= new Map();
  const agent = agents.pllmWebhookAgents.get(key) ?? guardedAgent(allowed, { connections: 8, keepAliveTimeout: 4_000 });
  agents.pllmWebhookAgents.set(key, agent);
  return agent;
}

/**
 * What one finished call leaves behind: the row of usage_events, field by field. Written by lib/gateway/meter/write; filled
 * in by the pipeline, the ledger and the sweeper.
 */
import type { NanoUsd } from "@/lib/money";
import type { CallStatus, CallTrace, CostSource } from "@/lib/usage/schema";

export interface UsageEventRow {
  id: string;
  request_id: string;
  started_at: Date;
  finished_at: Date;
  key_id: string | null;
  user_id: string | null;
  team_id: string | null;
  /** The team and its ancestors at the time of the call, organisation first; empty without a team. */
  team_path: readonly string[];
  endpoint: string;
  model: string;
  model_id: string;
  provider: string;
  provider_id: string;
  credential_id: string | null;
  is_stream: boolean;
  status: CallStatus;
  http_status: number | null;
  error_code: string | null;
  /** All prompt tokens; `cached_tokens` and `cache_write_tokens` are among them. */
  prompt_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  /** All completion tokens; `reasoning_tokens` are among them. */
  completion_tokens: number;
  reasoning_tokens: number;
  estimate_nano: NanoUsd;
  cost_nano: NanoUsd;
  price_id: string | null;
  cost_source: CostSource;
  latency_ms: number;
  /** Null where no byte of the answer came. */
  first_token_ms: number | null;
  attempts: number;
  tags: readonly string[];
  client: string | null;
  /** The budgets that the call was charged to, and the start of the period of each (ISO 8601), in the same order. */
  budget_ids: readonly string[];
  period_starts: readonly string[];
  /** Kept beside the event; null where the process died and nobody knows. */
  trace: CallTrace | null;
}

/**
 * The built-in catalogue as data: who is known, where they speak OpenAI's language, and which of their models come with the
 * product. Prices and most context windows come from the offline price data (lib/models/price-data); what is written here
 * is what that data lacks. Sources: each provider's own list of models, as of November 2026.
 */
import type { NewModel } from "@/lib/models/service";

export interface CatalogueProvider {
  name: string;
  display_name: string;
  base_url: string;
  models: readonly NewModel[];
}

/** `maxOutput` in tokens; null where the provider states no limit. `maxInput` only where the price data knows no window. */
function chat(name: string, displayName: string, maxOutput: number | null, maxInput?: number): NewModel {
  return {
    name,
    display_name: displayName,
    kind: "chat",
    builtin: true,
    max_output_tokens: maxOutput,
    max_input_tokens: maxInput ?? null,
  };
}

function embedding(name: string, displayName: string, maxInput?: number): NewModel {
  return { ...chat(name, displayName, 0, maxInput), kind: "embedding" };
}

export const catalogue: readonly CatalogueProvider[] = [
  {
    name: "openai",
    display_name: "OpenAI",
    base_url: "https://api.openai.com/v1",
    models: [
      chat("gpt-6-astra", "GPT-6 Astra", 128_000),
      chat("gpt-6-sol", "GPT-6 Sol", 128_000),
      chat("gpt-6-luna", "GPT-6 Luna", 128_000),
      chat("gpt-5.6-sol", "GPT-5.6 Sol", 128_000),
      chat("gpt-5.6-terra", "GPT-5.6 Terra", 128_000),
      chat("gpt-5.6-luna", "GPT-5.6 Luna", 128_000),
      chat("gpt-5.5", "GPT-5.5", 128_000),
      chat("gpt-5.4", "GPT-5.4", 128_000),
      chat("gpt-5.4-mini", "GPT-5.4 mini", 128_000),
      chat("gpt-5.4-nano", "GPT-5.4 nano", 128_000),
      chat("gpt-5.2", "GPT-5.2", 128_000),
      chat("gpt-5.1", "GPT-5.1", 128_000),
      chat("gpt-5", "GPT-5", 128_000),
      chat("gpt-5-mini", "GPT-5 mini", 128_000),
      chat("gpt-5-nano", "GPT-5 nano", 128_000),
      chat("gpt-4.1", "GPT-4.1", 32_768),
      chat("gpt-4.1-mini", "GPT-4.1 mini", 32_768),
      chat("gpt-4.1-nano", "GPT-4.1 nano", 32_768),
      chat("gpt-4o", "GPT-4o", 16_384),
      chat("gpt-4o-mini", "GPT-4o mini", 16_384),
      chat("o3", "o3", 100_000),
      chat("o4-mini", "o4-mini", 100_000),
      embedding("text-embedding-3-large", "Text Embedding 3 Large"),
      embedding("text-embedding-3-small", "Text Embedding 3 Small"),
      embedding("text-embedding-ada-002", "Text Embedding Ada 002"),
    ],
  },
  {
    name: "anthropic",
    display_name: "Anthropic",
    base_url: "https://api.anthropic.com/v1",
    models: [
      chat("claude-fable-5-1", "Claude Fable 5.1", 128_000),
      chat("claude-fable-5", "Claude Fable 5", 128_000),
      chat("claude-opus-5-5", "Claude Opus 5.5", 128_000),
      chat("claude-opus-5", "Claude Opus 5", 128_000),
      chat("claude-opus-4-8", "Claude Opus 4.8", 128_000),
      chat("claude-opus-4-7", "Claude Opus 4.7", 128_000),
      chat("claude-opus-4-6", "Claude Opus 4.6", 128_000),
      chat("claude-opus-4-5", "Claude Opus 4.5", 64_000),
      chat("claude-sonnet-5", "Claude Sonnet 5", 128_000),
      chat("claude-sonnet-4-6", "Claude Sonnet 4.6", 64_000),
      chat("claude-sonnet-4-5", "Claude Sonnet 4.5", 64_000),
      chat("claude-haiku-4-5", "Claude Haiku 4.5", 64_000),
    ],
  },
  {
    name: "xai",
    display_name: "xAI",
    base_url: "https://api.x.ai/v1",
    // xAI states no limit for text output.
    models: [
      chat("grok-4.6", "Grok 4.6", null),
      chat("grok-4.5", "Grok 4.5", null),
      chat("grok-4.3", "Grok 4.3", null),
      chat("grok-build-0.1", "Grok Build 0.1", null),
    ],
  },
  {
    name: "google",
    display_name: "Google",
    base_url: "https://generativelanguage.googleapis.com/v1beta/openai",
    models: [
      chat("gemini-3.8-flash", "Gemini 3.8 Flash", 65_536),
      chat("gemini-3.7-flash", "Gemini 3.7 Flash", 65_536),
      chat("gemini-3.6-flash", "Gemini 3.6 Flash", 65_536),
      chat("gemini-3.5-flash", "Gemini 3.5 Flash", 65_536),
      chat("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", 65_536),
      chat("gemini-3.1-pro-preview", "Gemini 3.1 Pro (preview)", 65_536, 1_048_576),
      chat("gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite", 65_536),
      chat("gemini-3-flash-preview", "Gemini 3 Flash (preview)", 65_536),
      chat("gemini-2.5-pro", "Gemini 2.5 Pro", 65_536, 1_048_576),
      chat("gemini-2.5-flash", "Gemini 2.5 Flash", 65_536),
      chat("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", 65_536),
      embedding("gemini-embedding-2", "Gemini Embedding 2"),
      embedding("gemini-embedding-001", "Gemini Embedding 001", 2_048),
    ],
  },
];

export function findCatalogueProvider(name: string): CatalogueProvider | null {
  return catalogue.find((provider) => provider.name === name) ?? null;
}

/** A model as it is shipped, or null where the catalogue does not hold it. */
export function shippedModel(providerName: string, name: string): NewModel | null {
  return findCatalogueProvider(providerName)?.models.find((model) => model.name === name) ?? null;
}

/**
 * The models that the simulator serves, as data: the bootstrap that registers the simulator as a provider reads this
 * table, and so does the simulator itself. Anyone may import it.
 */

export interface SimulatorModel {
  name: string;
  display_name: string;
  kind: "chat" | "embedding";
  /** What a catalogue should say. The simulator itself answers any prompt that fits into a request body. */
  max_input_tokens: number;
  /** Per choice; a completion, reasoning included, never grows beyond it. Zero for embedding models. */
  max_output_tokens: number;
  /** List price: decimal strings in USD per million tokens. */
  price: {
    input_per_mtok_usd: string;
    cached_input_per_mtok_usd: string;
    output_per_mtok_usd: string;
  };
}

export const simulatorModels: readonly SimulatorModel[] = [
  {
    name: "sim-small",
    display_name: "Simulated small",
    kind: "chat",
    max_input_tokens: 128_000,
    max_output_tokens: 16_384,
    price: { input_per_mtok_usd: "0.15", cached_input_per_mtok_usd: "0.075", output_per_mtok_usd: "0.60" },
  },
  {
    name: "sim-large",
    display_name: "Simulated large",
    kind: "chat",
    max_input_tokens: 1_000_000,
    max_output_tokens: 65_536,
    price: { input_per_mtok_usd: "2.50", cached_input_per_mtok_usd: "1.25", output_per_mtok_usd: "10.00" },
  },
  {
    name: "sim-reasoning",
    display_name: "Simulated reasoning",
    kind: "chat",
    max_input_tokens: 200_000,
    max_output_tokens: 100_000,
    price: { input_per_mtok_usd: "1.10", cached_input_per_mtok_usd: "0.275", output_per_mtok_usd: "4.40" },
  },
  {
    name: "sim-cached",
    display_name: "Simulated with prompt cache",
    kind: "chat",
    max_input_tokens: 128_000,
    max_output_tokens: 16_384,
    price: { input_per_mtok_usd: "0.50", cached_input_per_mtok_usd: "0.125", output_per_mtok_usd: "2.00" },
  },
  {
    name: "sim-embedding",
    display_name: "Simulated embedding",
    kind: "embedding",
    max_input_tokens: 8_192,
    max_output_tokens: 0,
    price: { input_per_mtok_usd: "0.02", cached_input_per_mtok_usd: "0.02", output_per_mtok_usd: "0.00" },
  },
];

/** When the models were "made": a constant, so that the list of models never changes. Seconds since the epoch. */
export const simulatorModelsCreated = 1_735_689_600;

export function findSimulatorModel(name: string): SimulatorModel | null {
  return simulatorModels.find((model) => model.name === name) ?? null;
}

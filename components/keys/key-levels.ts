/** The levels that limit a key's calls, and which of them counts. Pure. */
import type { limitNames } from "./limit-draft";

type LimitName = (typeof limitNames)[number];

export interface Level extends Partial<Record<LimitName, number | null>> {
  /** What it is called: this key, the person, the team. */
  source: string;
  allowed_models?: readonly string[];
  blocked_models?: readonly string[];
}

/** The lowest limit of this name; the nearest level's where two are alike, null where none is set. */
export function findLowest(levels: readonly Level[], name: LimitName): { value: number; source: string } | null {
  return levels.reduce<{ value: number; source: string } | null>((lowest, level) => {
    const value = level[name] ?? null;
    return value !== null && (lowest === null || value < lowest.value) ? { value, source: level.source } : lowest;
  }, null);
}

/** Every list of models on the way; none where all models may be called. */
export function modelsOf(levels: readonly Level[]): { label: string; names: readonly string[]; source: string }[] {
  return levels.flatMap(({ source, allowed_models = [], blocked_models = [] }) => [
    ...(allowed_models.length > 0 ? [{ label: "Models", names: allowed_models, source }] : []),
    ...(blocked_models.length > 0 ? [{ label: "Blocked models", names: blocked_models, source }] : []),
  ]);
}

/** What a call with a key is charged to, as a list of levels to read from top to bottom. Pure. */
import type { Budget } from "@/lib/budgets/queries";
import type { KeyChain } from "@/lib/keys/queries";
import { scopeName } from "./words";

export interface ChainStep {
  key: string;
  /** What the level is to the key: `Key`, `Made from`, `You`, `Organisation`. */
  label: string;
  name: string;
  budgets: Budget[];
}

type Level = KeyChain["levels"][number];

function labelOf({ scope }: Level, { key_id, levels }: KeyChain, ownId: string | null): string {
  switch (scope.type) {
    case "key":
      return scope.id === key_id ? "Key" : "Made from";
    case "member":
      return scope.id.endsWith(`/${ownId}`) ? "Your place in" : "Place in";
    case "user":
      return scope.id === ownId ? "You" : "Person";
    case "team": {
      const teams = levels.filter((level) => level.scope.type === "team");
      if (teams.at(-1)?.scope.id === scope.id) return teams.length === 1 ? "Team" : "Organisation";
      return teams[0]?.scope.id === scope.id ? "Team" : "Team above";
    }
  }
}

/** Every level, except for places in teams that nobody has limited: most have no budget, and each team would stand there twice. */
export function stepsOf(chain: KeyChain, ownId: string | null): ChainStep[] {
  return chain.levels
    .filter(({ scope, budgets }) => scope.type !== "member" || budgets.length > 0)
    .map((level) => ({
      key: `${level.scope.type} ${level.scope.id}`,
      label: labelOf(level, chain, ownId),
      name: scopeName(level.scope),
      budgets: level.budgets,
    }));
}

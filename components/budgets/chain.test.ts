import { expect, test } from "vitest";
import type { Budget } from "@/lib/budgets/queries";
import type { KeyChain } from "@/lib/keys/queries";
import { stepsOf } from "./chain";

type Scope = KeyChain["levels"][number]["scope"];
const level = (type: Scope["type"], id: string, budgets: Partial<Budget>[] = []) => ({
  scope: { type, id, name: id },
  budgets: budgets as Budget[],
});

const chain: KeyChain = {
  key_id: "key_1",
  levels: [
    level("key", "key_1"),
    level("key", "key_0"),
    level("member", "team_2/usr_1", [{ id: "bud_1" }]),
    level("member", "team_0/usr_1"),
    level("user", "usr_1"),
    level("team", "team_2"),
    level("team", "team_1"),
    level("team", "team_0"),
  ],
};

test("each level is called by what it is to the visitor, places without a budget left out", () => {
  expect(stepsOf(chain, "usr_1").map(({ label, name }) => `${label} ${name}`)).toEqual([
    "Key key_1",
    "Made from key_0",
    "Your place in team_2/usr_1",
    "You usr_1",
    "Team team_2",
    "Team above team_1",
    "Organisation team_0",
  ]);
  expect(stepsOf(chain, null).map(({ label }) => label)).toContain("Person");
});

test("a team with nothing above it is just a team", () => {
  const alone = { key_id: "key_1", levels: [level("key", "key_1"), level("team", "team_1")] };
  expect(stepsOf(alone, null).at(-1)?.label).toBe("Team");
});

import { expect, test } from "vitest";
import type { Me } from "@/lib/me/queries";
import { actsOn } from "./team-deeds";

const rights = (["teams.create", "teams.write"] as const).map((action) => ({ action, reach: "team" as const }));
const asker = (role: "owner" | "member"): Pick<Me, "rights" | "teams"> => ({
  rights,
  teams: [{ team_id: "mine", name: "Mine", role, sources: [] }],
});

test("an owner edits their team and makes teams below it; only what is below it is moved or deleted by them", () => {
  expect(actsOn(asker("owner"), { path: ["mine"] })).toEqual(["create", "edit"]);
  expect(actsOn(asker("owner"), { path: ["mine", "below"] })).toEqual(["create", "edit", "move", "delete"]);
  expect(actsOn(asker("owner"), { path: ["other"] })).toEqual([]);
});

test("a member does nothing to it, and who runs everything does everything, to organisations too", () => {
  expect(actsOn(asker("member"), { path: ["mine"] })).toEqual([]);
  const everything = { rights: rights.map(({ action }) => ({ action, reach: "all" as const })), teams: [] };
  expect(actsOn(everything, { path: ["mine"] })).toEqual(["create", "edit", "move", "delete"]);
});

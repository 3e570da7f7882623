import { expect, test } from "vitest";
import type { Me } from "./queries";
import { findTeamRole, hasTeamRight } from "./rights";

type Seen = Pick<Me, "rights" | "teams">;

const inTeam = (role: "owner" | "member" | "viewer") => ({ team_id: "team_a", name: "A", role, sources: [] });
const person = (reach: "all" | "team" | "own", role: "owner" | "member" | "viewer"): Seen => ({
  rights: [{ action: "members.write", reach }],
  teams: [inTeam(role)],
});

test("a role counts in its team and below it, and nowhere else", () => {
  const owner = person("team", "owner");
  expect(hasTeamRight(owner, "members.write", ["team_a"])).toBe(true);
  expect(hasTeamRight(owner, "members.write", ["team_a", "team_b"])).toBe(true);
  expect(hasTeamRight(owner, "members.write", ["team_b"])).toBe(false);
  expect(hasTeamRight(owner, "members.write", [])).toBe(false);
  expect(findTeamRole(owner, ["team_a", "team_b"])).toBe("owner");
  expect(findTeamRole(owner, ["team_b"])).toBeNull();
});

test("who owns another team has no right in one of which they are a member", () => {
  const both: Seen = {
    ...person("team", "member"),
    teams: [inTeam("member"), { ...inTeam("owner"), team_id: "team_c" }],
  };
  expect(hasTeamRight(both, "members.write", ["team_a"])).toBe(false);
  expect(hasTeamRight(both, "members.write", ["team_c"])).toBe(true);
});

test("who may do it everywhere may do it above every organisation too; who may not, nowhere", () => {
  expect(hasTeamRight(person("all", "viewer"), "members.write", [])).toBe(true);
  expect(hasTeamRight(person("own", "owner"), "members.write", ["team_a"])).toBe(false);
  expect(hasTeamRight(person("all", "owner"), "teams.write", ["team_a"])).toBe(false);
});

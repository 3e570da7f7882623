import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayGrantRole, type UserRole, userRoles } from "@/lib/authz/permissions";
import { findTeam, type KnownTeam, listWantedNames, type MappingRules, mapClaims } from "./mapping";

const none: MappingRules = { admin_groups: [], group_to_role: {}, group_to_team: {}, auto_create_teams: false };
const rules = (given: Partial<MappingRules>): MappingRules => ({ ...none, ...given });
const team = (id: string, name: string, parent_id: string | null = null): KnownTeam => ({ id, name, parent_id });

// Few names, so that groups, rules and teams meet; among them those that every object has.
const group = fc.constantFrom("dev", "Dev", "ops", "ops ", "constructor", "__proto__", "toString", "ä");
const name = fc.constantFrom("Engineering", "engineering", "Platform", "Data");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const record = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(group, value), { maxLength: 6 }).map((entries) => Object.fromEntries(entries) as Record<string, T>);
const someRules: fc.Arbitrary<MappingRules> = fc.record({
  admin_groups: fc.array(group, { maxLength: 2 }),
  group_to_role: record(fc.constantFrom(...userRoles)),
  group_to_team: record(fc.array(path, { maxLength: 3 })),
  auto_create_teams: fc.boolean(),
});
const someGroups = fc.array(group, { maxLength: 8 });
const someTeams = fc.uniqueArray(path, { maxLength: 4, selector: (text) => text.toLowerCase() }).map((paths) => {
  const teams: KnownTeam[] = [];
  for (const names of paths.map((text) => text.split("/"))) {
    let parent: string | null = null;
    for (const called of names) {
      const found = teams.find((one) => one.parent_id === parent && one.name.toLowerCase() === called.toLowerCase());
      const made: KnownTeam = found ?? team(`team_${teams.length}`, called, parent);
      if (!found) teams.push(made);
      parent = made.id;
    }
  }
  return teams;
});

function reversed(given: MappingRules): MappingRules {
  const turn = <T>(map: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(map).reverse());
  const turned = Object.entries(given.group_to_team).map(([key, paths]) => [key, [...paths].reverse()] as const);
  return {
    ...given,
    admin_groups: [...given.admin_groups].reverse(),
    group_to_role: turn(given.group_to_role),
    group_to_team: turn(Object.fromEntries(turned)),
  };
}

describe("the role", () => {
  test("is the strongest that any group gives, and names the groups that give it", () => {
    const given = rules({ group_to_role: { a: "viewer", b: "manager", c: "manager", d: "user" } });
    const { role, role_because } = mapClaims({ groups: ["c", "a", "b", "d"] }, given, []);
    expect({ role, role_because }).toEqual({ role: "manager", role_because: ["b", "c"] });
  });

  test("of a group of admin_groups is admin, whatever else the group is mapped to", () => {
    const given = rules({ admin_groups: ["a"], group_to_role: { a: "viewer" } });
    expect(mapClaims({ groups: ["a"] }, given, [])).toMatchObject({ role: "admin", role_because: ["a"] });
  });

  test("is never weaker than what one of the groups gives alone, and never stronger than all of them", () => {
    fc.assert(
      fc.property(someGroups, someRules, (groups, given) => {
        const alone = groups.map((one) => mapClaims({ groups: [one] }, given, []).role);
        const { role } = mapClaims({ groups }, given, []);
        expect(alone.every((one) => one === null || mayGrantRole(role, one))).toBe(true);
        expect(role === null ? alone.every((one) => one === null) : alone.includes(role)).toBe(true);
      }),
    );
  });
});

test("a group counts by its exact name, and one that no rule names for nothing", () => {
  const given = rules({ group_to_role: { Dev: "admin" }, group_to_team: { Dev: ["Engineering"] } });
  for (const other of ["dev", "DEV", "Dev ", " Dev", "De", "Devs", "constructor", "__proto__"]) {
    const mapping = mapClaims({ groups: [other] }, given, [team("t1", "Engineering")]);
    expect(mapping).toEqual({ role: null, role_because: [], teams: [], unmapped_groups: [other] });
  }
  fc.assert(
    fc.property(someGroups, someRules, someTeams, (groups, given, teams) => {
      const unknown = ["unknown-1", "unknown-2"];
      const [without, mapped] = [groups, [...groups, ...unknown]].map((all) =>
        mapClaims({ groups: all }, given, teams),
      );
      expect({ ...mapped, unmapped_groups: mapped?.unmapped_groups.filter((one) => !unknown.includes(one)) }).toEqual(
        without,
      );
      expect(mapped?.unmapped_groups).toEqual(expect.arrayContaining(unknown));
    }),
  );
});

test("neither the order of groups nor that of rules or teams matters, nor saying a group twice", () => {
  fc.assert(
    fc.property(someGroups, someRules, someTeams, (groups, given, teams) => {
      const mapping = mapClaims({ groups }, given, teams);
      const turned = [...groups, ...groups].reverse();
      expect(mapClaims({ groups: turned }, reversed(given), [...teams].reverse())).toEqual(mapping);
    }),
  );
});

/** The tree with the missing teams made, as a sign-in makes them. */
function makeMissing(teams: readonly KnownTeam[], paths: readonly string[]): KnownTeam[] {
  const made = [...teams];
  for (const wanted of paths) {
    let parent: string | null = null;
    for (const called of wanted.split("/")) {
      const found = made.find((one) => one.parent_id === parent && one.name.toLowerCase() === called.toLowerCase());
      const next: KnownTeam = found ?? team(`made_${made.length}`, called, parent);
      if (!found) made.push(next);
      parent = next.id;
    }
  }
  return made;
}

test("each team comes once, and the same claims lead to the teams that were made the next time", () => {
  fc.assert(
    fc.property(someGroups, someRules, someTeams, (groups, given, teams) => {
      const first = mapClaims({ groups }, given, teams);
      const paths = first.teams.map((mapped) => mapped.path);
      expect(new Set(paths.map((one) => one.toLowerCase())).size).toBe(paths.length);
      if (!given.auto_create_teams) return;
      const made = makeMissing(teams, paths);
      const again = mapClaims({ groups }, given, made);
      expect(again.teams.map((mapped) => mapped.path)).toEqual(paths);
      expect(again.teams.map(({ team_id }) => team_id)).toEqual(paths.map((one) => findTeam(made, one)?.id));
      expect(
        again.teams.filter(({ team_id }) => !teams.some(({ id }) => id === team_id)).map((one) => one.path),
      ).toEqual(first.teams.filter(({ team_id }) => team_id === null).map((one) => one.path));
    }),
    { numRuns: 500 },
  );
});

describe("a team's path", () => {
  const tree = [
    team("t1", "Engineering"),
    team("t2", "Platform", "t1"),
    team("t3", "Sales"),
    team("t4", "Data", "t1"),
    team("t5", "Data", "t3"),
    team("t6", "Ops", "t2"),
    team("t7", "Sales", "t1"),
  ];

  test.each([
    ["Engineering", "t1"],
    ["engineering", "t1"],
    ["Engineering/Platform", "t2"],
    ["Engineering/Platform/Ops", "t6"],
    ["Sales/Data", "t5"],
    // The organisation, although another team is called the same.
    ["Sales", "t3"],
    ["Engineering/Sales", "t7"],
    // No organisation, but the only team of that name.
    ["Platform", "t2"],
    ["Ops", "t6"],
    // Two have that name.
    ["Data", null],
    // Paths start at an organisation.
    ["Platform/Ops", null],
    ["Engineering/Ops", null],
    ["Nobody", null],
  ])("%s leads to %s", (wanted, id) => {
    expect(findTeam(tree, wanted)?.id ?? null).toBe(id);
  });

  test("is the team's own where it exists, so that two rules for one team are one place", () => {
    const given = rules({
      group_to_team: { a: ["platform"], b: ["ENGINEERING/Platform", "new/Team"], c: ["New/team"] },
    });
    expect(mapClaims({ groups: ["c", "b", "a"] }, given, tree).teams).toEqual([
      { path: "Engineering/Platform", team_id: "t2", because: ["a", "b"] },
      { path: "New/team", team_id: null, because: ["b", "c"] },
    ]);
  });

  test("needs no more of the tree than the teams of its names and those above them", () => {
    const given = rules({ group_to_team: { a: ["Engineering/Platform", "Ops"], b: ["Sales"] } });
    expect(listWantedNames({ groups: ["a", "x"] }, given)).toEqual(["Engineering", "Platform", "Ops"]);
    const part = tree.filter(({ id }) => ["t1", "t2", "t6"].includes(id));
    const claims = { groups: ["a"] };
    expect(mapClaims(claims, given, part)).toEqual(mapClaims(claims, given, tree));
  });
});

test("every role of the table can be mapped", () => {
  for (const role of userRoles) {
    const given = rules({ group_to_role: { a: role as UserRole } });
    expect(mapClaims({ groups: ["a"] }, given, []).role).toBe(role);
  }
});

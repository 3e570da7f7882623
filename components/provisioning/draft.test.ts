import { expect, test } from "vitest";
import {
  changesOf,
  draftOf,
  emptyRow,
  findDraftProblems,
  type MappingRules,
  problemOfField,
  problemOfRow,
  rulesOf,
} from "./draft";

const settings: MappingRules = {
  auto_create_users: true,
  allowed_email_domains: ["example.com", "example.org"],
  default_role: "user",
  admin_groups: ["platform admins"],
  group_to_role: { leads: "manager", guests: "viewer" },
  group_to_team: { devs: ["Engineering/Platform", "Research"], ops: ["Operations"] },
  auto_create_teams: false,
};

test("what is read and not touched is the same again, and nothing is to be sent", () => {
  const draft = draftOf(settings);
  expect(rulesOf(draft)).toEqual(settings);
  expect(changesOf(settings, draft)).toEqual({});
  expect(findDraftProblems(draft)).toEqual([]);
});

test("only what differs is sent; the order of rules makes no difference, that of lines does", () => {
  const draft = draftOf(settings);
  const reordered = { ...draft, group_to_role: [...draft.group_to_role].reverse() };
  expect(changesOf(settings, reordered)).toEqual({});
  expect(
    changesOf(settings, { ...draft, admin_groups: " \nplatform admins\n\nroots \n", default_role: "viewer" }),
  ).toEqual({
    admin_groups: ["platform admins", "roots"],
    default_role: "viewer",
  });
});

test("rows of one group and several teams are one rule; a row without a group or a team says nothing yet", () => {
  const draft = draftOf(settings);
  const added = [
    ...draft.group_to_team,
    { key: 9, group: " ops ", value: " Research " },
    { key: 10, group: "x", value: "" },
  ];
  expect(changesOf(settings, { ...draft, group_to_team: added })).toEqual({
    group_to_team: { devs: ["Engineering/Platform", "Research"], ops: ["Operations", "Research"] },
  });
  const half = [...draft.group_to_role, emptyRow(draft.group_to_role, "user")];
  expect(changesOf(settings, { ...draft, group_to_role: half })).toEqual({});
});

test("a stored group without teams is no change that somebody made", () => {
  const stored = { ...settings, group_to_team: { ...settings.group_to_team, old: [] } };
  expect(changesOf(stored, draftOf(stored))).toEqual({});
});

test("a new row has a key of its own, also after others went", () => {
  expect(emptyRow([], "user")).toEqual({ key: 0, group: "", value: "user" });
  expect(emptyRow([{ key: 4, group: "a", value: "user" }], "viewer").key).toBe(5);
});

test("a group named like what every object has is a group like any other", () => {
  const draft = { ...draftOf(settings), group_to_role: [{ key: 0, group: "constructor", value: "viewer" }] };
  expect(rulesOf(draft).group_to_role).toEqual({ constructor: "viewer" });
});

test("half rows and a group with two roles are named at the row", () => {
  const draft = {
    ...draftOf(settings),
    group_to_role: [
      { key: 0, group: "leads", value: "manager" },
      { key: 1, group: "leads ", value: "user" },
      { key: 2, group: "", value: "user" },
    ],
    group_to_team: [
      { key: 0, group: "", value: "Research" },
      { key: 1, group: "devs", value: " " },
      { key: 2, group: "", value: "" },
    ],
  };
  const problems = findDraftProblems(draft);
  const roleProblems = draft.group_to_role.map((row) =>
    problemOfRow(problems, "group_to_role", draft.group_to_role, row),
  );
  expect(roleProblems).toEqual([null, "names a group that another rule has", "needs the name of a group"]);
  const teamProblems = draft.group_to_team.map((row) =>
    problemOfRow(problems, "group_to_team", draft.group_to_team, row),
  );
  expect(teamProblems).toEqual(["needs the name of a group", "needs a team", null]);
});

test("what the server complains of stands at the row, the line or the field that it names", () => {
  const rows = draftOf(settings).group_to_team;
  const problems = [{ path: "group_to_team.devs.1", message: "is too deep" }];
  expect(rows.map((row) => problemOfRow(problems, "group_to_team", rows, row))).toEqual([null, "is too deep", null]);
  expect(
    problemOfField([{ path: "allowed_email_domains.1", message: "must be a domain" }], "allowed_email_domains"),
  ).toBe("Line 2 must be a domain");
  expect(problemOfField([{ path: "admin_groups", message: "too many" }], "admin_groups")).toBe("too many");
  expect(problemOfField([{ path: "group_to_role.a", message: "no" }], "admin_groups")).toBeNull();
});

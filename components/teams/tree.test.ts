import { expect, test } from "vitest";
import { flip, type Openness, rowsOf } from "./tree";

const team = (...path: string[]) => ({ id: path.at(-1) ?? "", name: `Team ${path.at(-1)}`, path });
const teams = [team("a"), team("a", "b"), team("a", "b", "c"), team("a", "d"), team("e")];
const closed: Openness = { levels: 0, flipped: new Set() };
const ids = (openness: Openness, q?: string) => rowsOf(teams, openness, q).map((row) => row.team.id);

test("what is below a closed team does not show, however it was left itself", () => {
  expect(ids(closed)).toEqual(["a", "e"]);
  expect(ids(flip(closed, "b"))).toEqual(["a", "e"]);
  expect(ids(flip(closed, "a"))).toEqual(["a", "b", "d", "e"]);
  expect(ids(flip(flip(closed, "a"), "b"))).toEqual(["a", "b", "c", "d", "e"]);
  expect(ids(flip(flip(closed, "a"), "a"))).toEqual(["a", "e"]);
});

test("so many levels stand open until somebody closes one of them", () => {
  const open: Openness = { levels: 1, flipped: new Set() };
  expect(ids(open)).toEqual(["a", "b", "d", "e"]);
  expect(ids(flip(open, "a"))).toEqual(["a", "e"]);
  expect(ids({ levels: Number.POSITIVE_INFINITY, flipped: new Set() })).toEqual(["a", "b", "c", "d", "e"]);
});

test("a match stands open below all that it stands under", () => {
  expect(rowsOf(teams, closed, "team C")).toMatchObject([
    { team: { id: "a" }, depth: 0, hasChildren: true, isOpen: true },
    { team: { id: "b" }, depth: 1 },
    { team: { id: "c" }, depth: 2, hasChildren: false },
  ]);
  expect(ids(closed, "nothing")).toEqual([]);
});

test("where the teams above are hidden, the uppermost that is seen stands at the edge", () => {
  const seen = [team("x", "y", "a"), team("x", "y", "a", "b")];
  expect(rowsOf(seen, flip(closed, "a")).map(({ depth }) => depth)).toEqual([0, 1]);
});

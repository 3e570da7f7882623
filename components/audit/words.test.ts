import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { permissions } from "@/lib/authz/permissions";
import { actionsByKind, kindWords, targetNameOf, targetPathOf } from "./words";

/** Every `action: "…"` that the services write; names of rights look the same and are none. */
function recordedActions(): string[] {
  const files = readdirSync("lib", { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.ts$/.test(file) && !/\.test\.ts$|^testing|^db\/generated/.test(file),
  );
  const found = files.flatMap((file) => {
    const text = readFileSync(path.join("lib", file), "utf8");
    return text.includes("recordAudit")
      ? [...text.matchAll(/action: "([a-z_]+\.[a-z_]+)"/g)].map(([, name]) => name)
      : [];
  });
  return [...new Set(found)].filter((name): name is string => name !== undefined && !(name in permissions)).sort();
}

test("the log can be narrowed to every action that is written into it, and each kind has a name", () => {
  const known = Object.entries(actionsByKind).flatMap(([kind, verbs]) => verbs.map((verb) => `${kind}.${verb}`));
  const recorded = recordedActions();
  expect(recorded.length).toBeGreaterThan(40);
  expect(recorded.filter((action) => !known.includes(action))).toEqual([]);
  expect(Object.keys(kindWords).sort()).toEqual(Object.keys(actionsByKind).sort());
});

const entry = {
  seq: 1,
  id: "aud_1",
  created_at: "2026-01-01T00:00:00.000Z",
  actor_type: "system" as const,
  actor_id: null,
  actor_name: null,
  action: "key.deleted",
  target_type: "key",
  target_id: "key_1",
  target_name: null,
  before: { name: "ci" },
  after: null,
  details: null,
  request_id: null,
  address: null,
  hash: "",
};

test("a target leads to its page while it is there, and keeps its name when it is gone", () => {
  expect(targetPathOf({ ...entry, target_name: "ci" })).toBe("/admin/keys/key_1");
  expect(targetPathOf(entry)).toBeNull();
  expect(targetNameOf(entry)).toBe("ci");
  expect(targetNameOf({ ...entry, before: null })).toBe("key_1");
  expect(targetPathOf({ ...entry, target_type: "session", target_name: "x" })).toBeNull();
  expect(targetPathOf({ ...entry, target_type: "settings", target_id: null })).toBe("/admin/settings");
});

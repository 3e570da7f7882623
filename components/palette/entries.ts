/** What the palette lists, by group. Pure. */
import { waysOf } from "@/components/me/ways";
import type { Me } from "@/lib/me/queries";
import { accountPath } from "@/lib/paths";
import type { Found } from "@/lib/search/schema";
import { kindLabels, placeOf } from "./places";

export interface Entry {
  /** Where it leads; also tells entries apart. */
  path: string;
  label: string;
  note: string;
  /** Answered by the server itself, not a page of the app. */
  isPlain?: boolean;
}

export interface EntryGroup {
  label: string;
  entries: Entry[];
}

/** The pages whose name, or whose group's, begins a word with `q`; all for none. */
export function pagesFor(me: Me | undefined, q: string): Entry[] {
  const own = { label: "Your account", path: accountPath, note: "Page" };
  const pages = waysOf(me).flatMap((group) =>
    group.ways.map(({ label, path, isPlain }) => ({ label, path, note: group.label, isPlain: isPlain === true })),
  );
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const isMeant = ({ label, note }: Entry) => {
    const names = `${label} ${note}`.toLowerCase().split(/[\s-]+/);
    return words.every((word) => names.some((name) => name.startsWith(word)));
  };
  return [...pages, own].filter(isMeant);
}

/** What the search found and the visitor has a page for, by kind. */
export function groupsOf(found: readonly Found[], me: Me): EntryGroup[] {
  const groups = new Map<string, Entry[]>();
  for (const thing of found) {
    const path = placeOf(thing, me);
    if (path === null) continue;
    const label = kindLabels[thing.kind];
    groups.set(label, [...(groups.get(label) ?? []), { path, label: thing.name, note: thing.context }]);
  }
  return [...groups].map(([label, entries]) => ({ label, entries }));
}

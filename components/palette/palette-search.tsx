"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { Fragment, type KeyboardEvent, useId, useState } from "react";
import { useDebounced } from "@/components/form/use-debounced";
import { classNames } from "@/components/ui/class-names";
import { ApiError } from "@/lib/client/api-error";
import { meQuery } from "@/lib/me/queries";
import { searchQuery } from "@/lib/search/queries";
import { type Entry, type EntryGroup, groupsOf, pagesFor } from "./entries";
import { keepRecent, readRecent } from "./recent";

const waitMs = 150;

/** The groups to show for what is typed, and what is to be said about the search. */
function useEntries(text: string, recent: readonly Entry[]): { groups: EntryGroup[]; status: string } {
  const { data: me } = useQuery(meQuery());
  const q = useDebounced(text, waitMs).trim();
  const typed = text.trim();
  const search = useQuery(searchQuery(q));
  const isBehind = typed !== q || search.isFetching;
  const found = typed !== "" && me && search.data ? groupsOf(search.data.data, me) : [];
  const groups = [
    ...(typed === "" ? [{ label: "Recent", entries: [...recent] }] : []),
    { label: "Pages", entries: pagesFor(me, typed) },
    ...found,
  ].filter(({ entries }) => entries.length > 0);
  if (typed === "") return { groups, status: "" };
  if (search.error) {
    const why = search.error instanceof ApiError ? search.error.message : "It did not work.";
    return { groups, status: `Only pages are listed. ${why}` };
  }
  if (isBehind) return { groups, status: "Searching…" };
  return { groups, status: groups.length === 0 ? "Nothing matches" : "" };
}

interface ResultsProps {
  id: string;
  groups: readonly EntryGroup[];
  active: Entry | undefined;
  onPoint: (entry: Entry) => void;
  onGo: (entry: Entry) => void;
}

function idOfOption(id: string, group: EntryGroup, entry: Entry): string {
  return `${id}-${group.label}-${entry.path}`.replace(/[^\w-]/g, "_");
}

function Results({ id, groups, active, onPoint, onGo }: ResultsProps) {
  return (
    <div id={id} role="listbox" aria-label="Results" className="max-h-[55vh] overflow-y-auto py-1.5 empty:hidden">
      {groups.map((group) => (
        <Fragment key={group.label}>
          <p aria-hidden="true" className="px-4 pt-2 pb-1 text-xs font-medium text-muted">
            {group.label}
          </p>
          {group.entries.map((entry) => (
            <div
              key={entry.path}
              id={idOfOption(id, group, entry)}
              role="option"
              tabIndex={-1}
              aria-selected={entry === active}
              onMouseMove={() => onPoint(entry)}
              onPointerUp={() => onGo(entry)}
              className={classNames(
                "flex cursor-pointer items-baseline gap-3 px-4 py-1.5 text-sm",
                entry === active && "bg-accent-soft",
              )}
            >
              <span className="truncate">{entry.label}</span>
              <span className="ml-auto min-w-0 truncate text-xs text-muted">{entry.note}</span>
            </div>
          ))}
        </Fragment>
      ))}
    </div>
  );
}

/** The field and its results. The arrows go through them, Enter follows one, Escape leaves. */
export function PaletteSearch({ onLeave }: { onLeave: () => void }) {
  const router = useRouter();
  const id = useId();
  const [text, setText] = useState("");
  const [recent] = useState(readRecent);
  const [pointed, setPointed] = useState<string | null>(null);
  const { groups, status } = useEntries(text, recent);
  const all = groups.flatMap((group) =>
    group.entries.map((entry) => ({ entry, option: idOfOption(id, group, entry) })),
  );
  const position = Math.max(
    all.findIndex(({ option }) => option === pointed),
    0,
  );
  const active = all[position];
  const go = (entry: Entry) => {
    keepRecent(entry);
    onLeave();
    if (entry.isPlain) window.location.assign(entry.path);
    else router.push(entry.path);
  };
  const move = (step: number) => {
    const next = all[(position + step + all.length) % all.length];
    setPointed(next?.option ?? null);
    if (next) document.getElementById(next.option)?.scrollIntoView({ block: "nearest" });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && active) go(active.entry);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="Search pages, people, teams and keys"
        aria-expanded={all.length > 0}
        aria-controls={id}
        aria-activedescendant={active?.option}
        autoComplete="off"
        spellCheck={false}
        placeholder="Where to?"
        maxLength={200}
        className="h-12 w-full border-b border-line bg-surface px-4 text-base text-ink outline-none"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setPointed(null);
        }}
        onKeyDown={press}
      />
      <Results
        id={id}
        groups={groups}
        active={active?.entry}
        onPoint={(entry) => setPointed(all.find((item) => item.entry === entry)?.option ?? null)}
        onGo={go}
      />
      <p role="status" className="border-t border-line px-4 py-2 text-xs text-muted">
        {status || "↑ ↓ to choose, Enter to go, Escape to leave"}
      </p>
    </>
  );
}

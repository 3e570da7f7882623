"use client";

import { useSearchParams } from "next/navigation";
import { type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { classNames } from "@/components/ui/class-names";

export interface View<Name extends string> {
  /** As the address has it; the first one is what shows without any. */
  name: Name;
  label: string;
  /** Beside the label, e.g. that something in there is not saved. */
  note?: ReactNode;
}

const parameter = "view";

/** The view that the address names, and the way to another one; what the page holds stays, and so do the `kept` parts of the address. */
export function useView<Name extends string>(
  names: readonly [Name, ...Name[]],
  kept: readonly string[] = [],
): [Name, (name: Name) => void] {
  const params = useSearchParams();
  const shown = names.find((name) => name === params.get(parameter)) ?? names[0];
  const show = (name: Name) => {
    if (name === shown) return;
    const query = queryOf(name, name === names[0], params, kept);
    window.history.pushState(null, "", query || window.location.pathname);
  };
  return [shown, show];
}

/** The address of a view: what else it says goes with the view that it is about, except for what all of them share. */
function queryOf(name: string, isFirst: boolean, params: URLSearchParams, kept: readonly string[]): string {
  const query = new URLSearchParams(kept.flatMap((key) => (params.get(key) ? [[key, params.get(key) ?? ""]] : [])));
  if (!isFirst) query.set(parameter, name);
  return query.size > 0 ? `?${query}` : "";
}

interface ViewsProps<Name extends string> {
  /** What the views are parts of. */
  label: string;
  views: readonly View<Name>[];
  shown: Name;
  onShow: (name: Name) => void;
  /** Parts of the address that all views share. */
  kept?: readonly string[];
}

/** The parts of a page of which one shows. They are links, so that each can be passed on and opened beside the other. */
export function Views<Name extends string>({ label, views, shown, onShow, kept = [] }: ViewsProps<Name>) {
  const params = useSearchParams();
  const bar = useRef<HTMLElement>(null);
  // Where there is no room for all of them, the one that shows is in sight.
  useEffect(() => {
    const link = bar.current?.querySelector<HTMLElement>(`[data-view="${shown}"]`);
    if (link && bar.current) bar.current.scrollLeft = link.offsetLeft - bar.current.offsetLeft - 24;
  }, [shown]);
  const follow = (event: MouseEvent, name: Name) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onShow(name);
  };
  return (
    <nav
      ref={bar}
      aria-label={label}
      className="mb-4 flex gap-4 overflow-x-auto sm:gap-5 border-b border-line px-0.5 pt-0.5"
    >
      {views.map(({ name, label: text, note }, index) => (
        <a
          key={name}
          data-view={name}
          href={queryOf(name, index === 0, params, kept) || "?"}
          aria-current={name === shown ? "true" : undefined}
          onClick={(event) => follow(event, name)}
          className={classNames(
            "flex items-center gap-2 border-b-2 py-2 text-sm whitespace-nowrap",
            name === shown ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink",
          )}
        >
          {text}
          {note}
        </a>
      ))}
    </nav>
  );
}

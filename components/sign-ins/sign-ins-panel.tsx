"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { QueryPanel } from "@/components/layout/query-panel";
import { SearchField } from "@/components/table/search-field";
import { Button } from "@/components/ui/button";
import { DownloadLink } from "@/components/ui/download-link";
import { Empty } from "@/components/ui/empty";
import { Select } from "@/components/ui/select";
import { isSignInCode, signInCodes } from "@/lib/sign-ins/codes";
import { type SignIn, type SignInFilter, signInsQuery } from "@/lib/sign-ins/queries";
import { SignInRow } from "./sign-in-row";

const perPage = 10;
type Outcome = NonNullable<SignInFilter["outcome"]>;

/** What the address bar says to show: failures, unless it says otherwise. */
function readOutcome(text: string | null): Outcome | "any" {
  if (text === "any" || text === "ok") return text;
  return text !== null && isSignInCode(text) ? text : "failed";
}

/** The filters, kept in the address so that a list can be passed on. */
function useFilters() {
  const params = useSearchParams();
  const outcome = readOutcome(params.get("outcome"));
  const q = params.get("q") ?? "";
  const change = (next: { outcome?: string; q?: string }) => {
    const query = new URLSearchParams(params);
    for (const [name, value] of Object.entries(next)) {
      if (value === "" || (name === "outcome" && value === "failed")) query.delete(name);
      else query.set(name, value);
    }
    window.history.replaceState(null, "", query.size > 0 ? `?${query}` : window.location.pathname);
  };
  return { outcome, q, change };
}

/** The last sign-ins that failed, with cause and remedy; by choice the others too. */
export function SignInsPanel({ onPick }: { onPick: (signIn: SignIn) => void }) {
  const { outcome, q, change } = useFilters();
  // The cursors of the pages that one came by; the last is the page that shows.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const narrowing = { ...(outcome === "any" ? {} : { outcome }), ...(q ? { q } : {}) };
  const query = useQuery(
    signInsQuery({ limit: perPage, ...narrowing, ...(cursors.length > 0 ? { cursor: cursors.at(-1) } : {}) }),
  );
  const filter = (next: { outcome?: string; q?: string }) => {
    setCursors([]);
    change(next);
  };
  return (
    <QueryPanel
      title="Troubleshooter"
      hint="Who could not sign in, and why"
      query={query}
      lines={6}
      action={
        <search className="flex flex-wrap items-center gap-2 max-sm:w-full">
          <SearchField label="E-mail, subject or address" value={q} onSearch={(text) => filter({ q: text })} />
          <Select
            aria-label="Which sign-ins"
            className="max-sm:flex-1 sm:w-52"
            value={outcome}
            onChange={(event) => filter({ outcome: event.target.value })}
          >
            <option value="failed">Failed</option>
            <option value="ok">Successful</option>
            <option value="any">All</option>
            <optgroup label="Failed with">
              {signInCodes.map((code) => (
                <option key={code} value={code}>
                  {code}
                </option>
              ))}
            </optgroup>
          </Select>
          <DownloadLink href={`/api/v1/sign-ins?${new URLSearchParams({ format: "csv", ...narrowing })}`} label="CSV" />
        </search>
      }
      isEmpty={({ data }) => data.length === 0 && cursors.length === 0}
      empty={
        outcome === "failed" && q === "" ? (
          <Empty title="No failed sign-ins">
            Whoever cannot sign in shows here, with the cause and what to do about it. The last 10,000 sign-ins are
            kept.
          </Empty>
        ) : (
          <Empty title="Nothing matches">Choose other sign-ins, or search for less.</Empty>
        )
      }
    >
      {({ data, next_cursor }) => (
        <>
          <ul aria-label="Sign-ins" aria-busy={query.isPlaceholderData}>
            {data.map((signIn) => (
              <SignInRow key={signIn.id} signIn={signIn} onPick={onPick} />
            ))}
          </ul>
          {cursors.length > 0 || next_cursor ? (
            <div className="flex items-center justify-between gap-2 border-t border-line px-4 py-2">
              <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
                <ChevronLeft aria-hidden="true" className="size-4" />
                Newer
              </Button>
              <p className="text-xs text-muted tabular-nums">Page {cursors.length + 1}</p>
              <Button
                disabled={next_cursor === null || query.isPlaceholderData}
                onClick={() => next_cursor && setCursors([...cursors, next_cursor])}
              >
                Older
                <ChevronRight aria-hidden="true" className="size-4" />
              </Button>
            </div>
          ) : null}
        </>
      )}
    </QueryPanel>
  );
}

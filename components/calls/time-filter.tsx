"use client";

import { useState } from "react";
import { Select } from "@/components/ui/select";
import { OwnRange } from "@/components/usage/range-bar";
import { formatTime } from "@/lib/client/format";

const hourMs = 3_600_000;
const lengths = {
  "Last hour": hourMs,
  "Last 24 hours": 24 * hourMs,
  "Last 7 days": 168 * hourMs,
  "Last 30 days": 720 * hourMs,
};

interface TimeFilterProps {
  from: string | null;
  to: string | null;
  onChange: (change: { from: string | null; to: string | null }) => void;
}

function describe(from: string | null, to: string | null): string {
  if (from && to) return `${formatTime(from).slice(0, -4)} to ${formatTime(to)}`;
  if (from) return `Since ${formatTime(from)}`;
  return `Before ${formatTime(to ?? "")}`;
}

const isTime = (text: string | null) => text !== null && !Number.isNaN(Date.parse(text));

/** When the calls began, in UTC. */
export function TimeFilter({ from, to, onChange }: TimeFilterProps) {
  const [isOpen, setOpen] = useState(false);
  const isSet = isTime(from) || isTime(to);
  const choose = (value: string) => {
    setOpen(value === "own");
    const ms = lengths[value as keyof typeof lengths];
    if (ms) onChange({ from: new Date(Math.floor((Date.now() - ms) / 60_000) * 60_000).toISOString(), to: null });
    if (value === "any") onChange({ from: null, to: null });
  };
  return (
    <>
      <Select
        aria-label="When"
        className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-auto sm:max-w-80"
        value={isOpen ? "own" : isSet ? "set" : "any"}
        onChange={({ target }) => choose(target.value)}
      >
        <option value="any">Any time</option>
        {isSet ? <option value="set">{describe(isTime(from) ? from : null, isTime(to) ? to : null)}</option> : null}
        {Object.keys(lengths).map((name) => (
          <option key={name}>{name}</option>
        ))}
        <option value="own">Own range…</option>
      </Select>
      {isOpen ? (
        <OwnRange
          zone="UTC"
          span={{ fromMs: Date.now() - 168 * hourMs, toMs: Date.now() }}
          onSpan={({ fromMs, toMs }) => {
            onChange({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

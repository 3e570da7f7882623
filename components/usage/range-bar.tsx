"use client";

import { type FormEvent, useState } from "react";
import type { ControlProps } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useHydrated } from "@/components/ui/use-hydrated";
import { zonedDate } from "@/lib/client/zoned";
import { periodAt } from "@/lib/periods";
import { type Preset, presetNames, presets, type Span } from "@/lib/usage/spans";

interface RangeBarProps {
  span: Span;
  preset: Preset;
  /** Whether the span is one's own. */
  isOwn: boolean;
  zone: string;
  onPreset: (preset: Preset) => void;
  onSpan: (span: Span) => void;
}

/** Midnight in the zone of a date such as 2026-01-31: noon in UTC falls on that day in every zone but the outermost. */
function midnightOf(date: string, zone: string): Span {
  const noon = Date.parse(`${date}T12:00:00Z`);
  for (const guess of [noon, noon - 12 * 3_600_000, noon + 12 * 3_600_000]) {
    if (zonedDate(guess, zone) !== date) continue;
    const { start, end } = periodAt("daily", zone, guess);
    return { fromMs: start.getTime(), toMs: end?.getTime() ?? guess };
  }
  return { fromMs: noon, toMs: noon };
}

const minuteMs = 60_000;

/** Two days, the first and the last. */
export function OwnRange({ span, zone, onSpan }: Pick<RangeBarProps, "span" | "zone" | "onSpan">) {
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const [first, last] = [String(fields.get("first")), String(fields.get("last"))];
    if (!first || !last) return setProblem("Give the first and the last day.");
    if (first > last) return setProblem("The last day is before the first.");
    setProblem(null);
    onSpan({ fromMs: midnightOf(first, zone).fromMs, toMs: midnightOf(last, zone).toMs });
  };
  return (
    <form onSubmit={submit} aria-label="Own range" className="flex flex-wrap items-center gap-2">
      <Input
        key={`first ${span.fromMs}`}
        type="date"
        name="first"
        aria-label="First day"
        defaultValue={zonedDate(span.fromMs, zone)}
        className="h-9 w-38 text-sm"
      />
      <span aria-hidden="true" className="text-muted">
        to
      </span>
      <Input
        key={`last ${span.toMs}`}
        type="date"
        name="last"
        aria-label="Last day"
        defaultValue={zonedDate(span.toMs - minuteMs, zone)}
        className="h-9 w-38 text-sm"
      />
      <Button type="submit" className="h-9">
        Apply
      </Button>
      {problem ? (
        <p role="alert" className="text-xs text-danger">
          {problem}
        </p>
      ) : null}
    </form>
  );
}

const own = "own";

/** Which span of time shows: a preset, or one's own days. */
export function RangeBar({ span, preset, isOwn, zone, onPreset, onSpan }: RangeBarProps) {
  const [isOpen, setOpen] = useState(isOwn);
  const [wasOwn, setWasOwn] = useState(isOwn);
  if (wasOwn !== isOwn) {
    setWasOwn(isOwn);
    setOpen(isOwn);
  }
  return (
    <>
      <Select
        aria-label="Range"
        className="w-40 max-sm:grow"
        value={isOwn || isOpen ? own : preset}
        onChange={({ target }) => {
          setOpen(target.value === own);
          const chosen = presets.find((name) => name === target.value);
          if (chosen) onPreset(chosen);
        }}
      >
        {presets.map((name) => (
          <option key={name} value={name}>
            {presetNames[name]}
          </option>
        ))}
        <option value={own}>Own range…</option>
      </Select>
      {isOwn || isOpen ? <OwnRange span={span} zone={zone} onSpan={onSpan} /> : null}
    </>
  );
}

function otherZones(known: readonly string[]): string[] {
  return Intl.supportedValuesOf("timeZone").filter((zone) => !known.includes(zone));
}

interface ZoneSelectProps extends Partial<ControlProps> {
  zone: string;
  onChange: (zone: string) => void;
  className?: string;
}

/** In which time zone days begin and hours are told. */
export function ZoneSelect({ zone, onChange, className = "w-44", ...control }: ZoneSelectProps) {
  // The server's list of zones, and its own zone, are not the browser's.
  const isReady = useHydrated();
  const here = isReady ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";
  const first = [...new Set(["UTC", here, zone])];
  return (
    <Select
      {...(control.id ? control : { "aria-label": "Time zone" })}
      className={className}
      value={zone}
      onChange={({ target }) => onChange(target.value)}
    >
      {first.map((name) => (
        <option key={name} value={name}>
          {name === here && name !== "UTC" ? `${name} (here)` : name}
        </option>
      ))}
      {isReady ? (
        <optgroup label="All zones">
          {otherZones(first).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </optgroup>
      ) : null}
    </Select>
  );
}

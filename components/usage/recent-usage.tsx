"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { buttonLook } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { adminUsagePath, callsPath } from "@/lib/paths";
import type { Grouping } from "@/lib/usage/schema";
import { type Span, slotsOf, spanOf } from "@/lib/usage/spans";
import { CallsChart, LatencyChart, SpendChart } from "./charts";

const zone = "UTC";
const ranges = { "24h": "hour", "30d": "day" } as const;

interface RecentUsageProps {
  /** What it is of, as usage is filtered by it. */
  filter: { provider_id: string } | { model: string };
  /** What that is: `provider`. */
  what: string;
  stackedBy: Grouping;
}

/** How the calls of a provider or a model went lately, and what they cost; a bar leads to its calls. */
export function RecentUsage({ filter, what, stackedBy }: RecentUsageProps) {
  const router = useRouter();
  const [nowMs] = useState(() => Date.now());
  const [range, setRange] = useState<keyof typeof ranges>("24h");
  const [grouping, setGrouping] = useState(stackedBy);
  const [span, interval] = [spanOf(range, zone, nowMs), ranges[range]];
  const callsIn = ({ fromMs, toMs }: Span) => {
    const within = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    return `${callsPath}?${new URLSearchParams({ ...within, ...filter })}`;
  };
  const usage = `${adminUsagePath}?${new URLSearchParams({ ...filter })}`;
  const shared = {
    ask: { of: "seen" as const, span, interval, timezone: zone, filters: filter },
    slots: slotsOf(span, interval, zone),
    action: "Show the calls",
    onOpen: (slot: Span) => router.push(callsIn(slot)),
  };
  return (
    <section aria-label="Usage" className="grid gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          aria-label="Range of the charts"
          className="w-40"
          value={range}
          onChange={({ target }) => setRange(target.value === "30d" ? "30d" : "24h")}
        >
          <option value="24h">Last 24 hours</option>
          <option value="30d">Last 30 days</option>
        </Select>
        <Link href={usage} className={buttonLook()}>
          All usage of this {what}
        </Link>
        <Link href={callsIn(span)} className={buttonLook()}>
          Its calls
        </Link>
      </div>
      <CallsChart {...shared} />
      <LatencyChart {...shared} />
      <SpendChart
        {...shared}
        grouping={grouping}
        onGrouping={setGrouping}
        onPick={(name, value) => router.push(`${usage}&${new URLSearchParams({ [name]: value })}`)}
      />
    </section>
  );
}

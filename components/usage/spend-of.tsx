"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { buttonLook } from "@/components/ui/button";
import { adminUsagePath, callsPath, ownCallsPath, usagePath } from "@/lib/paths";
import type { Grouping } from "@/lib/usage/schema";
import { type Span, slotsOf, spanOf } from "@/lib/usage/spans";
import { SpendChart } from "./charts";
import type { FilterName, Place } from "./usage-state";

const zone = "UTC";

interface SpendOfProps {
  /** What it is, as a link says it: `key`. */
  what: string;
  filter: FilterName;
  id: string;
  place?: Place;
  /** How the bars are stacked at first. */
  startsBy?: Grouping;
}

/** What was spent by one key, person or team in the last 30 days; a day leads to its calls. */
export function SpendOf({ what, filter, id, place = "admin", startsBy = "model" }: SpendOfProps) {
  const router = useRouter();
  const [nowMs] = useState(() => Date.now());
  const [grouping, setGrouping] = useState<Grouping>(startsBy);
  const span = spanOf("30d", zone, nowMs);
  const calls = place === "admin" ? callsPath : ownCallsPath;
  const callsIn = ({ fromMs, toMs }: Span) => {
    const range = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    return `${calls}?${new URLSearchParams({ ...range, [filter]: id })}`;
  };
  const shown = place === "admin" ? { [filter]: id } : { of: "seen", [filter]: id };
  const usage = `${place === "admin" ? adminUsagePath : usagePath}?${new URLSearchParams(shown)}`;
  return (
    <>
      <SpendChart
        ask={{ of: "seen", span, interval: "day", timezone: zone, filters: { [filter]: id } }}
        slots={slotsOf(span, "day", zone)}
        action="Show the calls"
        onOpen={(slot) => router.push(callsIn(slot))}
        grouping={grouping}
        onGrouping={setGrouping}
        onPick={(picked, value) => router.push(`${usage}&${new URLSearchParams({ [picked]: value })}`)}
      />
      <div className="flex flex-wrap gap-2">
        <Link href={usage} className={buttonLook()}>
          All usage of this {what}
        </Link>
        <Link href={callsIn(span)} className={buttonLook()}>
          Calls of this {what}
        </Link>
      </div>
    </>
  );
}

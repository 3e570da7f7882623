"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { buttonLook } from "@/components/ui/button";
import { SpendChart } from "@/components/usage/charts";
import type { Key } from "@/lib/keys/queries";
import { adminUsagePath, callsPath } from "@/lib/paths";
import type { Grouping } from "@/lib/usage/schema";
import { type Span, slotsOf, spanOf } from "@/lib/usage/spans";

const zone = "UTC";

/** What was spent with this very key in the last 30 days; a day leads to its calls. */
export function KeyUsage({ of: key }: { of: Key }) {
  const router = useRouter();
  const [nowMs] = useState(() => Date.now());
  const [grouping, setGrouping] = useState<Grouping>("model");
  const span = spanOf("30d", zone, nowMs);
  const callsIn = ({ fromMs, toMs }: Span) => {
    const range = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    return `${callsPath}?${new URLSearchParams({ ...range, key_id: key.id })}`;
  };
  const usage = `${adminUsagePath}?${new URLSearchParams({ key_id: key.id })}`;
  return (
    <>
      <SpendChart
        ask={{ of: "seen", span, interval: "day", timezone: zone, filters: { key_id: key.id } }}
        slots={slotsOf(span, "day", zone)}
        action="Show the calls"
        onOpen={(slot) => router.push(callsIn(slot))}
        grouping={grouping}
        onGrouping={setGrouping}
        onPick={(filter, value) => router.push(`${usage}&${new URLSearchParams({ [filter]: value })}`)}
      />
      <div className="flex flex-wrap gap-2">
        <Link href={usage} className={buttonLook()}>
          All usage of this key
        </Link>
        <Link href={callsIn(span)} className={buttonLook()}>
          Its calls
        </Link>
      </div>
    </>
  );
}

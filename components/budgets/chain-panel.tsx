"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { QueryPanel } from "@/components/layout/query-panel";
import { Empty } from "@/components/ui/empty";
import { Select } from "@/components/ui/select";
import { formatMoney } from "@/lib/client/format";
import { type KeyChain, keyChainQuery, myKeysQuery } from "@/lib/keys/queries";
import type { Me } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { budgetPath, keysPath } from "@/lib/paths";
import { findBinding } from "./binding";
import { stepsOf } from "./chain";
import { ChainSteps } from "./chain-steps";
import { describeOn, formatLocal } from "./words";

const keysOffered = 200;

/** What can be spent at most, and which budget says so. */
function Verdict({ chain }: { chain: KeyChain }) {
  const binding = findBinding(chain.levels.flatMap(({ budgets }) => budgets));
  if (!binding)
    return <p className="border-b border-line px-4 py-2.5 text-sm">No hard budget limits what this key spends.</p>;
  const { current, scope, period, timezone } = binding;
  return (
    <p role="status" className="border-b border-line px-4 py-2.5 text-sm">
      Calls with this key can spend at most{" "}
      <strong className="font-semibold">{formatMoney(current.remaining_usd)}</strong>
      {current.period_end ? ` until ${formatLocal(current.period_end, timezone)} (${timezone})` : ""}: the {period}{" "}
      budget on {describeOn(scope)} binds.
    </p>
  );
}

/** The whole chain that calls with one of one's keys are charged to: what is left on each level, and what binds. */
export function ChainPanel({ me }: { me: Me }) {
  const [asked, ask] = useQueryState("key", parseAsString);
  const keys = useQuery(myKeysQuery({ limit: keysOffered, status: "active", sort: "name" }));
  const offered = keys.data?.data ?? [];
  // One that was revoked since is charged nothing; where there are more keys than are offered, it may be one of the others.
  const isGone = keys.data !== undefined && keys.data.next_cursor === null && !offered.some(({ id }) => id === asked);
  const chosen = (isGone ? null : asked) ?? offered[0]?.id ?? null;
  const chain = useQuery({ ...keyChainQuery(chosen ?? ""), enabled: chosen !== null });
  if (keys.data && chosen === null)
    return (
      <QueryPanel title="What a call is charged to" query={keys}>
        {() => (
          <Empty title="You have no key yet">
            A call is made with a key, and charged to it, to you, and to the teams above it.
            {hasRight(me, "keys.write") ? (
              <>
                {" "}
                Make one under{" "}
                <Link href={keysPath} className="text-accent underline">
                  My keys
                </Link>
                .
              </>
            ) : null}
          </Empty>
        )}
      </QueryPanel>
    );
  return (
    <QueryPanel
      title="What a call is charged to"
      hint="Every hard budget must have room"
      query={chain}
      lines={8}
      action={
        <Select
          aria-label="Key"
          className="w-52"
          value={chosen ?? ""}
          onChange={({ target }) => void ask(target.value)}
        >
          {offered.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          {chosen !== null && !offered.some(({ id }) => id === chosen) ? (
            <option value={chosen}>{chosen}</option>
          ) : null}
        </Select>
      }
    >
      {(data) => (
        <>
          <Verdict chain={data} />
          <ChainSteps
            label="From the key to the organisation"
            steps={stepsOf(data, me.user?.id ?? null)}
            bindingId={findBinding(data.levels.flatMap(({ budgets }) => budgets))?.id ?? null}
            pathOf={({ id }) => budgetPath(id)}
          />
        </>
      )}
    </QueryPanel>
  );
}

"use client";

import { ShieldCheck } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { useHydrated } from "@/components/ui/use-hydrated";
import type { useVerifyAudit, Verification } from "@/lib/audit/queries";
import type { BreakReason } from "@/lib/audit/schema";
import { formatCount, formatQuantity } from "@/lib/client/format";

type Verify = ReturnType<typeof useVerifyAudit>;

/** Computes the chain again, from its first entry to its last. */
export function VerifyButton({ verify }: { verify: Verify }) {
  const isReady = useHydrated();
  return (
    <Button tone="primary" onClick={() => verify.mutate()} disabled={!isReady || verify.isPending}>
      <ShieldCheck aria-hidden="true" className="size-4" />
      {verify.isPending ? "Verifying…" : "Verify the chain"}
    </Button>
  );
}

const reasons: Record<BreakReason, string> = {
  missing: "an entry is gone",
  altered: "its content or its place was changed",
  added: "it was not written by this product",
};

function entriesOf(count: number): string {
  return formatQuantity(count, "entry", "entries");
}

function Whole({ checked, anchor, head }: Verification) {
  const from = formatCount((anchor?.seq ?? 0) + 1);
  return (
    <Alert
      tone="ok"
      action={
        head && head.seq > 0 ? (
          <div className="space-y-2">
            <p className="text-xs">
              The end of the chain. Kept elsewhere, it proves later that nothing before it was replaced:
            </p>
            <p className="flex flex-wrap items-center gap-2">
              <code className="font-mono text-xs break-all">
                {head.seq}:{head.hash}
              </code>
              <CopyButton text={`${head.seq}:${head.hash}`} label="the end of the chain" />
            </p>
          </div>
        ) : null
      }
    >
      <strong className="font-semibold">The chain is whole.</strong>{" "}
      {checked === 0
        ? "There is no entry to check yet."
        : `${entriesOf(checked)} checked, from no. ${from} to no. ${formatCount(head?.seq ?? checked)}: none was altered, removed, moved or added.`}
      {anchor ? ` Those up to no. ${formatCount(anchor.seq)} were let go by the retention that is set.` : ""}
    </Alert>
  );
}

function Broken({ checked, first_broken }: Verification) {
  return (
    <Alert tone="danger">
      <strong className="font-semibold">The chain is broken.</strong>{" "}
      {first_broken
        ? `At no. ${formatCount(first_broken.seq)} ${reasons[first_broken.reason]}. ${entriesOf(checked)} before it were found whole; what follows cannot be trusted.`
        : ""}
      {first_broken?.id ? (
        <span className="block text-xs">
          Entry <code className="font-mono break-all">{first_broken.id}</code>
        </span>
      ) : null}
    </Alert>
  );
}

/** What the last verification found; nothing before there was one. */
export function VerifyResult({ verify }: { verify: Verify }) {
  const { data, error } = verify;
  if (!data && !error) return null;
  return (
    <div className="mb-4" aria-busy={verify.isPending}>
      {error ? <Alert tone="danger">Not verified. {error.message}</Alert> : null}
      {data && !error ? data.ok ? <Whole {...data} /> : <Broken {...data} /> : null}
    </div>
  );
}

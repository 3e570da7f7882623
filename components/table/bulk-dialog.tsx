"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import type { ApiError } from "@/lib/client/api-error";
import { formatQuantity } from "@/lib/client/format";
import type { BulkOutcome } from "@/lib/client/page";
import type { Selection } from "./selection";

/** What the rows are, one and many: `person`, `people`. */
type Noun = readonly [one: string, many: string];

export interface BulkWords {
  /** As a button says it: `Revoke`. */
  label: string;
  /** As the past has it: `revoked`. */
  done: string;
  /** What happens then. */
  effect: string;
  isDangerous?: true;
}

type Run<Order> = Pick<UseMutationResult<BulkOutcome, ApiError, Order>, "data" | "error" | "isPending" | "mutate">;

interface BulkDialogProps<Order> {
  words: BulkWords;
  noun: Noun;
  /** The rows that it is about; absent where the order says by itself which. */
  selection?: Selection;
  title?: string;
  /** Two of the same mutation: one looks, the other does it. */
  preview: Run<Order>;
  run: Run<Order>;
  orderOf: (asked: { ids: string[]; dry_run: boolean }) => Order;
  /** Something is still to be filled in. */
  isIncomplete?: boolean;
  onClose: () => void;
  /** Fields, if the deed needs any. */
  children?: ReactNode;
}

/** Why some are left as they are: each reason once, with how many it is about. */
function reasonsOf({ data }: BulkOutcome, noun: Noun): string[] {
  const counts = new Map<string, number>();
  for (const { error } of data) if (error) counts.set(error.message, (counts.get(error.message) ?? 0) + 1);
  return [...counts].map(([message, count]) => `${formatQuantity(count, ...noun)}: ${message}`);
}

function countDone({ data }: BulkOutcome): number {
  return data.filter(({ ok }) => ok).length;
}

function Preview({ outcome, words, noun }: { outcome: BulkOutcome; words: BulkWords; noun: Noun }) {
  const works = countDone(outcome);
  const reasons = reasonsOf(outcome, noun);
  return (
    <>
      <p role="status">
        {formatQuantity(works, ...noun)} would be {words.done}
        {reasons.length > 0 ? `, ${outcome.data.length - works} would stay as they are:` : "."}
      </p>
      {reasons.length > 0 ? (
        <Alert tone="warn">
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      {works > 0 ? <p className="text-muted">{words.effect}</p> : null}
    </>
  );
}

/** Asks before a deed on the selected rows, each of which is decided on its own: first as a preview, then for good. */
export function BulkDialog<Order>({ words, noun, selection, preview, run, ...rest }: BulkDialogProps<Order>) {
  const { orderOf, isIncomplete = false, onClose, children } = rest;
  const [ids] = useState(() => [...(selection?.ids ?? [])]);
  const tell = useToast();
  const carryOut = () =>
    run.mutate(orderOf({ ids, dry_run: false }), {
      onSuccess: (outcome) => {
        tell(`${formatQuantity(countDone(outcome), ...noun)} ${words.done}`);
        selection?.set(new Set(outcome.data.flatMap(({ ok, id }) => (ok ? [] : [id]))));
        onClose();
      },
    });
  const look = () => preview.mutate(orderOf({ ids, dry_run: true }));
  const seen = preview.data;
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={rest.title ?? `${words.label} ${formatQuantity(ids.length, ...noun)}?`}
      action={seen ? words.label : "Show what would happen"}
      tone={seen && words.isDangerous ? "danger" : "primary"}
      isBusy={preview.isPending || run.isPending}
      isBlocked={isIncomplete || (seen !== undefined && countDone(seen) === 0)}
      error={run.error?.message ?? preview.error?.message}
      onConfirm={seen ? carryOut : look}
    >
      {seen ? (
        <Preview outcome={seen} words={words} noun={noun} />
      ) : (
        <p className="text-muted">First see which of them this works for. Nothing is changed by looking.</p>
      )}
      {children}
    </Confirm>
  );
}

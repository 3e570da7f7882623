"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import type { ApiError } from "@/lib/client/api-error";
import { formatCount, formatQuantity } from "@/lib/client/format";
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

const namedAtMost = 12;

interface Reason {
  message: string;
  ids: string[];
}

/** Why some are left as they are: each reason once, with those that it is about. */
function reasonsOf({ data }: BulkOutcome): Reason[] {
  const reasons = new Map<string, Reason>();
  for (const { id, error } of data) {
    if (!error) continue;
    const reason = reasons.get(error.message) ?? { message: error.message, ids: [] };
    reason.ids.push(id);
    reasons.set(error.message, reason);
  }
  return [...reasons.values()];
}

/** What they are called, by their ids where nobody ticked them. */
function listNames(ids: readonly string[], names: Selection["names"] | undefined): string {
  const first = ids.slice(0, namedAtMost).map((id) => names?.get(id) ?? id);
  const more = ids.length - first.length;
  return `${first.join(", ")}${more > 0 ? ` and ${formatCount(more)} more` : ""}`;
}

function countDone({ data }: BulkOutcome): number {
  return data.filter(({ ok }) => ok).length;
}

interface PreviewProps {
  outcome: BulkOutcome;
  words: BulkWords;
  noun: Noun;
  names: Selection["names"] | undefined;
}

function Preview({ outcome, words, noun, names }: PreviewProps) {
  const works = countDone(outcome);
  const reasons = reasonsOf(outcome);
  return (
    <>
      <p role="status">
        {formatQuantity(works, ...noun)} would be {words.done}
        {reasons.length > 0 ? `, ${outcome.data.length - works} would stay as they are:` : "."}
      </p>
      {reasons.length > 0 ? (
        <Alert tone="warn">
          <ul className="grid gap-2">
            {reasons.map(({ message, ids }) => (
              <li key={message}>
                {formatQuantity(ids.length, ...noun)}: {message}
                <span className="block text-xs wrap-anywhere">{listNames(ids, names)}</span>
              </li>
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
  const [ids] = useState(() => [...(selection?.names.keys() ?? [])]);
  const tell = useToast();
  const carryOut = () =>
    run.mutate(orderOf({ ids, dry_run: false }), {
      onSuccess: (outcome) => {
        tell(`${formatQuantity(countDone(outcome), ...noun)} ${words.done}`);
        const done = new Set(outcome.data.flatMap(({ ok, id }) => (ok ? [id] : [])));
        selection?.set(new Map([...selection.names].filter(([id]) => !done.has(id))));
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
        <Preview outcome={seen} words={words} noun={noun} names={selection?.names} />
      ) : (
        <p className="text-muted">First see which of them this works for. Nothing is changed by looking.</p>
      )}
      {children}
    </Confirm>
  );
}

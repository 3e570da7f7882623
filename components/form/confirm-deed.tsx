"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Confirm } from "@/components/ui/confirm";
import { useToast } from "@/components/ui/toast";
import type { ApiError } from "@/lib/client/api-error";

interface ConfirmDeedProps<Result, Order> {
  deed: Pick<UseMutationResult<Result, ApiError, Order>, "mutate" | "error" | "isPending">;
  order: Order;
  /** The deed as a question: `Revoke the key ci?` */
  title: string;
  /** The deed as a button says it: `Revoke`. */
  action: string;
  tone?: "danger" | "primary";
  /** There is nothing that it would do. */
  isBlocked?: boolean;
  /** What the toast says when it is done: `ci revoked`. */
  said: string;
  onClose: () => void;
  onDone?: (() => void) | undefined;
  /** What happens then, and what cannot be undone; fields, if the deed needs any. */
  children: ReactNode;
}

/** Asks before a deed, does it, and says that it is done; what stood in its way is said where it was asked. */
export function ConfirmDeed<Result, Order>({ deed, order, said, onDone, ...words }: ConfirmDeedProps<Result, Order>) {
  const tell = useToast();
  const carryOut = () =>
    deed.mutate(order, {
      onSuccess: () => {
        tell(said);
        words.onClose();
        onDone?.();
      },
    });
  return <Confirm isOpen isBusy={deed.isPending} error={deed.error?.message} onConfirm={carryOut} {...words} />;
}

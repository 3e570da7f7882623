"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import type { BudgetRequest } from "@/lib/requests/queries";
import { ApproveDialog } from "./approve-dialog";
import { DenyDialog } from "./deny-dialog";
import { askerOf } from "./request-words";

interface Decisions {
  /** The two answers to one request, where they are the visitor's to give. */
  buttonsOf: (request: BudgetRequest) => ReactNode;
  /** The dialog of the answer that was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

/** Deciding on what others ask for. */
export function useDecisions(): Decisions {
  const [chosen, choose] = useState<{ answer: "approve" | "deny"; request: BudgetRequest } | null>(null);
  const close = () => choose(null);
  return {
    buttonsOf: (request) =>
      request.is_decidable ? (
        <span className="relative flex gap-2 max-sm:justify-end">
          <Button
            aria-label={`Approve what ${askerOf(request)} asks for`}
            onClick={() => choose({ answer: "approve", request })}
          >
            Approve
          </Button>
          <Button
            aria-label={`Deny what ${askerOf(request)} asks for`}
            onClick={() => choose({ answer: "deny", request })}
          >
            Deny
          </Button>
        </span>
      ) : null,
    dialog:
      chosen?.answer === "approve" ? (
        <ApproveDialog request={chosen.request} onClose={close} />
      ) : chosen ? (
        <DenyDialog request={chosen.request} onClose={close} />
      ) : null,
  };
}

"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { BudgetDialog } from "./budget-dialog";
import type { BudgetOn } from "./budget-draft";

/** Opens the form for a budget on one thing; for whoever may set limits there. */
export function SetBudgetButton({ on }: { on: BudgetOn }) {
  const [isOpen, setOpen] = useState(false);
  const isReady = useHydrated();
  return (
    <>
      <Button onClick={() => setOpen(true)} disabled={!isReady}>
        <Plus aria-hidden="true" className="size-4" />
        Set budget
      </Button>
      {isOpen ? <BudgetDialog on={on} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { ListState } from "./use-list-state";

interface PagerProps {
  list: Pick<ListState, "page" | "next" | "previous">;
  /** Where the next page begins; null on the last one. */
  next: string | null;
  isTurning: boolean;
}

/** From page to page; nothing where there is only one. */
export function Pager({ list, next, isTurning }: PagerProps) {
  if (list.page === 1 && next === null) return null;
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-2 border-t border-line px-4 py-2">
      <Button disabled={list.page === 1} onClick={list.previous}>
        <ChevronLeft aria-hidden="true" className="size-4" />
        Previous
      </Button>
      <p className="text-xs text-muted tabular-nums">Page {list.page}</p>
      <Button disabled={next === null || isTurning} onClick={() => next !== null && list.next(next)}>
        Next
        <ChevronRight aria-hidden="true" className="size-4" />
      </Button>
    </nav>
  );
}

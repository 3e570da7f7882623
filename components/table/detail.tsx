import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { buttonLook } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";

interface DetailToggleProps {
  id: string;
  /** What the row is called. */
  name: string;
  isOpen: boolean;
  onToggle: () => void;
}

/** Opens and closes what a row holds beyond its columns. */
export function DetailToggle({ id, name, isOpen, onToggle }: DetailToggleProps) {
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-controls={id}
      aria-label={`Details of ${name}`}
      onClick={onToggle}
      className={buttonLook({ tone: "ghost", size: "icon" })}
    >
      <ChevronDown aria-hidden="true" className={classNames("size-4 transition-transform", isOpen && "rotate-180")} />
    </button>
  );
}

/** The row below a row, as wide as the table. */
export function DetailRow({ id, span, children }: { id: string; span: number; children: ReactNode }) {
  return (
    <tr id={id} className="border-b border-line bg-sunken/50 last:border-b-0 max-sm:block">
      <td colSpan={span} className="max-w-none p-4 max-sm:block">
        {children}
      </td>
    </tr>
  );
}

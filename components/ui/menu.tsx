"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { buttonLook } from "./button";
import { classNames } from "./class-names";
import { leaveFocusToTitle } from "./focus-heir";
import { useHydrated } from "./use-hydrated";

export interface MenuAction {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  isDangerous?: true;
}

interface MenuProps {
  /** What the actions are on, for whoever does not see what the button stands beside. */
  label: string;
  /** What the button shows; three dots if absent. */
  trigger?: ReactNode;
  actions: readonly MenuAction[];
}

/** What can be done with a thing, behind one button. */
export function Menu({ label, trigger, actions }: MenuProps) {
  const isReady = useHydrated();
  return (
    <Base.Root>
      <Base.Trigger
        ref={leaveFocusToTitle}
        disabled={!isReady}
        aria-label={label}
        className={trigger ? buttonLook() : buttonLook({ tone: "ghost", size: "icon" })}
      >
        {trigger ?? <Ellipsis aria-hidden="true" className="size-4" />}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className="z-40 outline-none">
          <Base.Popup className="min-w-40 rounded-md border border-line bg-surface py-1 shadow-raised outline-none">
            {actions.map(({ label: text, icon, onSelect, isDangerous }) => (
              <Base.Item
                key={text}
                onClick={onSelect}
                className={classNames(
                  "flex cursor-pointer items-center gap-2 px-3 py-1.5 text-sm outline-none select-none data-highlighted:bg-accent-soft",
                  isDangerous && "text-danger",
                )}
              >
                {icon}
                {text}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

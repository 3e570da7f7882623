"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { buttonLook } from "./button";
import { classNames } from "./class-names";

const widths = { sm: "sm:max-w-md", md: "sm:max-w-xl", lg: "sm:max-w-3xl" };

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  /** One or two sentences below the title. */
  lead?: ReactNode;
  width?: keyof typeof widths;
  /** Only a button inside closes it: for what would be lost by a slip of the hand. */
  isHeld?: boolean;
  children: ReactNode;
}

/** A window over the page. It takes the focus, keeps it, and gives it back; Escape and a click beside it close it. */
export function Dialog({ isOpen, onClose, title, lead, width = "md", isHeld = false, children }: DialogProps) {
  const change = (open: boolean) => {
    if (!open && !isHeld) onClose();
  };
  const content = useRef<HTMLDivElement>(null);
  // What one came for has the focus, not the way out.
  const findFirst = () => content.current?.querySelector<HTMLElement>("input, select, textarea, button") ?? true;
  return (
    <Base.Root open={isOpen} onOpenChange={change} disablePointerDismissal={isHeld}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Base.Viewport className="fixed inset-0 z-40 flex items-end justify-center overflow-y-auto sm:items-start sm:px-4 sm:py-[8vh]">
          <Base.Popup
            initialFocus={findFirst}
            className={classNames(
              "w-full rounded-t-lg border border-line bg-surface shadow-raised outline-none max-sm:max-h-dvh max-sm:overflow-y-auto sm:rounded-lg",
              widths[width],
            )}
          >
            <header className="flex items-start justify-between gap-4 border-b border-line px-4 py-3">
              <div className="min-w-0">
                <Base.Title className="text-lg font-semibold wrap-anywhere">{title}</Base.Title>
                {lead ? <Base.Description className="text-sm text-muted">{lead}</Base.Description> : null}
              </div>
              {isHeld ? null : (
                <Base.Close aria-label="Close" className={buttonLook({ tone: "ghost", size: "icon" })}>
                  <X aria-hidden="true" className="size-4" />
                </Base.Close>
              )}
            </header>
            <div ref={content}>{children}</div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Menu, X } from "lucide-react";
import { useState } from "react";
import { buttonLook } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { MainNav } from "./main-nav";

/** The ways of the frame on screens that have no room for them at the side. */
export function NavDrawer() {
  const [isOpen, setOpen] = useState(false);
  const isReady = useHydrated();
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Trigger
        disabled={!isReady}
        aria-label="Open the menu"
        className={buttonLook({ tone: "ghost", size: "icon", className: "lg:hidden" })}
      >
        <Menu aria-hidden="true" className="size-4" />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-backdrop" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-30 w-72 max-w-[85vw] overflow-y-auto border-r border-line bg-surface px-3 py-3 shadow-raised outline-none">
          <div className="mb-3 flex items-center justify-between pl-2.5">
            <Dialog.Title className="text-base font-semibold">Menu</Dialog.Title>
            <Dialog.Close aria-label="Close the menu" className={buttonLook({ tone: "ghost", size: "icon" })}>
              <X aria-hidden="true" className="size-4" />
            </Dialog.Close>
          </div>
          <MainNav onFollow={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

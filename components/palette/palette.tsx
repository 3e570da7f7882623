"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useHydrated } from "@/components/ui/use-hydrated";
import { PaletteSearch } from "./palette-search";

/** The way to any page, person, team or key by name: a button in the frame, and ⌘K or Ctrl-K from anywhere. */
export function Palette() {
  const [isOpen, setOpen] = useState(false);
  const isReady = useHydrated();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Trigger
        disabled={!isReady}
        aria-label="Search everything"
        aria-keyshortcuts="Meta+K Control+K"
        className="flex h-8 items-center gap-2 rounded-md border border-line bg-sunken px-2.5 text-sm text-muted hover:border-line-strong sm:w-72"
      >
        <Search aria-hidden="true" className="size-4 shrink-0" />
        <span className="max-sm:hidden">Search</span>
        <kbd className="ml-auto font-sans text-xs max-sm:hidden">Ctrl K</kbd>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Popup className="fixed inset-x-3 top-[10vh] z-40 mx-auto max-w-xl overflow-hidden rounded-lg border border-line bg-surface shadow-raised outline-none">
          <Dialog.Title className="sr-only">Search everything</Dialog.Title>
          <PaletteSearch onLeave={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

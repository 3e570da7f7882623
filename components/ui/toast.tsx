"use client";

import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { buttonLook } from "./button";

function Toasts() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-md border border-line bg-surface shadow-raised data-limited:hidden"
    >
      <Toast.Content className="flex items-start gap-3 px-4 py-2.5">
        <div className="min-w-0 flex-1 text-sm wrap-anywhere">
          <Toast.Title className="text-sm font-medium" />
          <Toast.Description className="text-muted" />
        </div>
        <Toast.Close aria-label="Dismiss" className={buttonLook({ tone: "ghost", size: "icon", className: "size-6" })}>
          <X aria-hidden="true" className="size-3.5" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

/** Gives the views below it a place for short news at the edge of the screen. */
export function ToastScope({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-4 bottom-4 z-50 flex flex-col gap-2 outline-none sm:left-auto sm:w-90">
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

/** Tells, for a few seconds, that something worked. What went wrong stands where it went wrong instead. */
export function useToast(): (title: string, description?: string) => void {
  const { add } = Toast.useToastManager();
  return (title, description) => {
    add({ title, ...(description ? { description } : {}) });
  };
}

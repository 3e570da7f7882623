"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { Alert } from "./alert";
import { Button, buttonLook } from "./button";

interface ConfirmProps {
  isOpen: boolean;
  onClose: () => void;
  /** The deed as a question: `Revoke the key ci?` */
  title: ReactNode;
  /** The deed as a button says it: `Revoke`. */
  action: string;
  tone?: "danger" | "primary";
  isBusy?: boolean;
  /** There is nothing that it would do. */
  isBlocked?: boolean;
  /** Why it did not work. */
  error?: ReactNode;
  onConfirm: () => void;
  /** What happens then, and what cannot be undone; fields, if the deed needs any. */
  children: ReactNode;
}

/** Asks before a deed that others feel. Nothing happens by a click beside it or by Escape. */
export function Confirm({ isOpen, onClose, title, action, tone = "danger", isBusy = false, ...rest }: ConfirmProps) {
  const { error, onConfirm, children, isBlocked = false } = rest;
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => !open && !isBusy && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <AlertDialog.Viewport className="fixed inset-0 z-40 flex items-end justify-center overflow-y-auto sm:items-start sm:px-4 sm:py-[12vh]">
          <AlertDialog.Popup className="w-full rounded-t-lg border border-line bg-surface p-4 shadow-raised outline-none sm:max-w-md sm:rounded-lg">
            <form
              onSubmit={(event) => {
                event.preventDefault();
                onConfirm();
              }}
            >
              <AlertDialog.Title className="text-lg font-semibold wrap-anywhere">{title}</AlertDialog.Title>
              <div className="mt-2 space-y-4 text-sm">
                {children}
                {error ? <Alert tone="danger">{error}</Alert> : null}
              </div>
              <div className="mt-5 flex justify-end gap-2">
                <AlertDialog.Close disabled={isBusy} className={buttonLook()}>
                  Cancel
                </AlertDialog.Close>
                <Button type="submit" tone={tone} disabled={isBusy || isBlocked}>
                  {isBusy ? <LoaderCircle aria-hidden="true" className="size-4 animate-spin" /> : null}
                  {action}
                </Button>
              </div>
            </form>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

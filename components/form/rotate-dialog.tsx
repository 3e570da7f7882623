"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import type { ApiError } from "@/lib/client/api-error";
import { FormField, FormShell } from "./form-shell";

interface RotateDialogProps<Made> {
  title: string;
  lead: string;
  /** The title once the new secret is there. */
  madeTitle: string;
  /** What the old secret does for a while: `The old secret keeps working for`. */
  label: string;
  rotate: Pick<UseMutationResult<Made, ApiError, string>, "data" | "error" | "isPending" | "mutate" | "reset">;
  /** Above the choice, e.g. that something else ends by it. */
  warning?: ReactNode;
  onClose: () => void;
  /** Shows the new secret, once. */
  children: (made: Made, onDone: () => void) => ReactNode;
}

/** Gives something a new secret and shows it, once; the old one stays good for as long as it takes to change over. */
export function RotateDialog<Made>({ rotate, onClose, ...words }: RotateDialogProps<Made>) {
  const [overlap, setOverlap] = useState("1d");
  const close = () => {
    rotate.reset();
    onClose();
  };
  const made = rotate.data;
  return (
    <Dialog
      isOpen
      onClose={close}
      isHeld={made !== undefined}
      title={made === undefined ? words.title : words.madeTitle}
      lead={made === undefined ? words.lead : undefined}
    >
      {made === undefined ? (
        <FormShell
          error={rotate.error}
          isBusy={rotate.isPending}
          fields={["overlap"]}
          submit="Rotate"
          onCancel={close}
          onSubmit={() => rotate.mutate(overlap)}
        >
          {words.warning}
          <FormField path="overlap" label={words.label}>
            {(control) => (
              <Select {...control} value={overlap} onChange={(event) => setOverlap(event.target.value)}>
                <option value="0s">No longer: it stops at once</option>
                <option value="1h">an hour</option>
                <option value="1d">a day</option>
                <option value="7d">7 days</option>
                <option value="30d">30 days</option>
              </Select>
            )}
          </FormField>
        </FormShell>
      ) : (
        words.children(made, close)
      )}
    </Dialog>
  );
}

"use client";

import { useState } from "react";
import { Field } from "@/components/form/field";
import { type LimitDraft, limitLabels, limitNames, noLimits, readLimit } from "@/components/keys/limit-draft";
import { BulkDialog, type BulkWords } from "@/components/table/bulk-dialog";
import { BulkBar, type Selection } from "@/components/table/selection";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { type BulkTeams as Order, useBulkTeams } from "@/lib/teams/queries";

const noun = ["team", "teams"] as const;

const deeds = {
  set_limits: {
    label: "Set limits",
    done: "given the limits",
    effect: "They count within a second. What is left empty stays as it is.",
  },
  delete: {
    label: "Delete",
    done: "deleted",
    effect: "This cannot be undone. What was spent stays on record.",
    isDangerous: true,
  },
} as const satisfies Record<string, BulkWords>;
type Deed = keyof typeof deeds;

interface DialogProps {
  selection: Selection;
  onClose: () => void;
}

function DeleteDialog({ selection, onClose }: DialogProps) {
  return (
    <BulkDialog
      words={deeds.delete}
      noun={noun}
      selection={selection}
      preview={useBulkTeams()}
      run={useBulkTeams()}
      orderOf={(asked): Order => ({ action: "delete", ...asked })}
      onClose={onClose}
    />
  );
}

function LimitsDialog({ selection, onClose }: DialogProps) {
  const [draft, setDraft] = useState<LimitDraft>(noLimits);
  const [preview, run] = [useBulkTeams(), useBulkTeams()];
  const given = limitNames.filter((name) => draft[name].trim() !== "");
  const limits = Object.fromEntries(given.map((name) => [name, readLimit(draft[name])]));
  return (
    <BulkDialog
      words={deeds.set_limits}
      noun={noun}
      selection={selection}
      preview={preview}
      run={run}
      orderOf={(asked): Order => ({ action: "set_limits", ...asked, ...limits })}
      isIncomplete={given.length === 0}
      onClose={onClose}
    >
      {limitNames.map((name) => (
        <Field key={name} label={limitLabels[name]}>
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              inputMode="numeric"
              placeholder="As it is"
              className="h-9 text-sm"
              value={draft[name]}
              onChange={(event) => {
                setDraft((now) => ({ ...now, [name]: event.target.value }));
                // What was seen was about other limits.
                preview.reset();
              }}
            />
          )}
        </Field>
      ))}
    </BulkDialog>
  );
}

/** What can be done with the selected teams. */
export function BulkTeams({ selection }: { selection: Selection }) {
  const [deed, setDeed] = useState<Deed | null>(null);
  const close = () => setDeed(null);
  return (
    <BulkBar selection={selection} what="team">
      {Object.entries(deeds).map(([name, { label }]) => (
        <Button key={name} onClick={() => setDeed(name as Deed)}>
          {label}
        </Button>
      ))}
      {deed === "set_limits" ? <LimitsDialog selection={selection} onClose={close} /> : null}
      {deed === "delete" ? <DeleteDialog selection={selection} onClose={close} /> : null}
    </BulkBar>
  );
}

"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { leaveFocusToTitle } from "@/components/ui/focus-heir";
import { Menu } from "@/components/ui/menu";

/** What can be done with things of one kind. */
export interface Acts<Row> {
  /** The deeds on one row of a list; nothing where there are none. */
  menuOf: (row: Row) => ReactNode;
  /** The same as buttons, for the thing's own page. */
  buttonsOf: (row: Row) => ReactNode;
  /** The dialog of the deed that was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

interface ActsOptions<Row, Act extends string> {
  /** As menu and button say it. */
  labels: Readonly<Record<Act, string>>;
  /** What can be done with a row as it stands, in the order of the menu. */
  actsOn: (row: Row) => readonly Act[];
  nameOf: (row: Row) => string;
  /** Stands in red. */
  danger: Act;
  dialogOf: (chosen: { act: Act; target: Row; onClose: () => void }) => ReactNode;
}

/** The deeds on the rows of a list, and on the same thing on its own page: chosen from a menu or by a button, done in a dialog. */
export function useActs<Row, Act extends string>({
  labels,
  actsOn,
  nameOf,
  danger,
  dialogOf,
}: ActsOptions<Row, Act>): Acts<Row> {
  const [chosen, choose] = useState<{ act: Act; target: Row } | null>(null);
  return {
    menuOf: (target) => {
      const actions = actsOn(target).map((act) => ({
        label: labels[act],
        onSelect: () => choose({ act, target }),
        ...(act === danger ? { isDangerous: true as const } : {}),
      }));
      return actions.length > 0 ? <Menu label={`Actions on ${nameOf(target)}`} actions={actions} /> : null;
    },
    buttonsOf: (target) =>
      actsOn(target).map((act) => (
        <Button key={act} ref={leaveFocusToTitle} onClick={() => choose({ act, target })}>
          {labels[act]}
        </Button>
      )),
    dialog: chosen ? dialogOf({ ...chosen, onClose: () => choose(null) }) : null,
  };
}

"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import type { Key } from "@/lib/keys/queries";
import { ConfirmDeed } from "./confirm-deed";
import { EditKeyDialog } from "./edit-key-dialog";
import { actLabels, actsOn, type KeyAct } from "./key-deeds";
import { RotateKeyDialog } from "./rotate-key-dialog";

interface KeyActions {
  /** The deeds on one key of a list. */
  menuOf: (key: Key) => ReactNode;
  /** The same as buttons, for the key's own page. */
  buttonsOf: (key: Key) => ReactNode;
  /** The dialog of the deed that was chosen; stands once, beside the list. */
  dialog: ReactNode;
}

function DeedDialog({ act, target, onClose }: { act: KeyAct; target: Key; onClose: () => void }) {
  if (act === "edit") return <EditKeyDialog target={target} onClose={onClose} />;
  if (act === "rotate") return <RotateKeyDialog target={target} onClose={onClose} />;
  return <ConfirmDeed deed={act} target={target} onClose={onClose} />;
}

/** What can be done with keys, for whoever may change them. */
export function useKeyActions(): KeyActions {
  const [chosen, choose] = useState<{ act: KeyAct; target: Key } | null>(null);
  return {
    menuOf: (key) => (
      <Menu
        label={`Actions on ${key.name}`}
        actions={actsOn(key).map((act) => ({
          label: actLabels[act],
          onSelect: () => choose({ act, target: key }),
          ...(act === "revoke" ? { isDangerous: true as const } : {}),
        }))}
      />
    ),
    buttonsOf: (key) =>
      actsOn(key).map((act) => (
        <Button key={act} onClick={() => choose({ act, target: key })}>
          {actLabels[act]}
        </Button>
      )),
    dialog: chosen ? <DeedDialog {...chosen} onClose={() => choose(null)} /> : null,
  };
}

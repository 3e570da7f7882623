"use client";

import { type Acts, useActs } from "@/components/table/use-acts";
import type { Key } from "@/lib/keys/queries";
import { ConfirmKeyDeed } from "./confirm-key-deed";
import { EditKeyDialog } from "./edit-key-dialog";
import { actLabels, actsOn, type KeyAct } from "./key-deeds";
import { RotateKeyDialog } from "./rotate-key-dialog";

function KeyDialog({ act, ...rest }: { act: KeyAct; target: Key; onClose: () => void }) {
  if (act === "edit") return <EditKeyDialog {...rest} />;
  if (act === "rotate") return <RotateKeyDialog {...rest} />;
  return <ConfirmKeyDeed deed={act} {...rest} />;
}

/** What can be done with keys, for whoever may change them. */
export function useKeyActions(): Acts<Key> {
  return useActs<Key, KeyAct>({
    labels: actLabels,
    actsOn,
    nameOf: ({ name }) => name,
    danger: "revoke",
    dialogOf: (chosen) => <KeyDialog {...chosen} />,
  });
}

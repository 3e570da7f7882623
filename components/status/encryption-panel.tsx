"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { formatQuantity } from "@/lib/client/format";
import { type ServerStatus, statusQuery } from "@/lib/status/queries";

type EncryptionKey = ServerStatus["encryption_keys"][number];

function KeyState({ active, known, secrets }: EncryptionKey) {
  if (!known) return <Badge tone="danger">Not in the ring</Badge>;
  if (active) return <Badge tone="ok">Active</Badge>;
  return secrets === 0 ? <Badge>May be dropped</Badge> : <Badge tone="warn">Still needed</Badge>;
}

/** The keys that stored secrets are sealed with, and which of them are still needed. */
export function EncryptionPanel() {
  const query = useQuery(statusQuery());
  return (
    <QueryPanel
      title="Encryption keys"
      hint={query.data?.embedded ? "of ENCRYPTION_KEYS, or of secrets.json without it" : "of ENCRYPTION_KEYS"}
      query={query}
      lines={2}
    >
      {({ encryption_keys }) => (
        <ul className="divide-y divide-line">
          {encryption_keys.map((key) => (
            <li key={key.id} className="flex items-center justify-between gap-4 px-4 py-2.5 text-sm">
              <span className="min-w-0">
                <span className="block font-mono text-xs break-all">{key.id}</span>
                <span className="text-xs text-muted">{formatQuantity(key.secrets, "stored secret")}</span>
              </span>
              <KeyState {...key} />
            </li>
          ))}
        </ul>
      )}
    </QueryPanel>
  );
}

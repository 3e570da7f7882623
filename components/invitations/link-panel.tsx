"use client";

import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Time } from "@/components/ui/time";
import type { InvitationWithLink } from "@/lib/invitations/queries";

/** Shows an invitation's link, which nobody sees again once this is closed. */
export function LinkPanel({ made, onDone }: { made: InvitationWithLink; onDone: () => void }) {
  // It takes the place of the form that had the focus.
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), []);
  const { link, is_mailed, invitation } = made;
  return (
    <>
      <div ref={panel} tabIndex={-1} className="space-y-4 px-4 py-4 outline-none">
        <Alert tone={is_mailed ? "ok" : "warn"}>
          {is_mailed
            ? `The link goes to ${invitation.email} by mail. You may also pass it on yourself.`
            : `No mail is set up here: pass the link on to ${invitation.email} yourself. It is shown this one time.`}
        </Alert>
        <section aria-label="Link" className="space-y-1.5">
          <div className="flex items-center justify-between gap-2">
            <h3 className="text-sm font-medium">Link</h3>
            <CopyButton text={link} label="the link" />
          </div>
          <pre className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 break-all whitespace-pre-wrap">
            <code>{link}</code>
          </pre>
          <p className="text-xs text-muted">
            Works until <Time value={invitation.expires_at} />, for whoever signs in with that address.
          </p>
        </section>
      </div>
      <footer className="flex justify-end border-t border-line px-4 py-3">
        <Button tone="primary" onClick={onDone}>
          Done
        </Button>
      </footer>
    </>
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryPanel } from "@/components/layout/query-panel";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Time } from "@/components/ui/time";
import { describeDevice } from "@/lib/client/device";
import { formatQuantity } from "@/lib/client/format";
import { signInPath } from "@/lib/paths";
import { type MySession, mySessionsQuery, useEndSession, useSignOutEverywhere } from "@/lib/sessions/queries";

interface SessionRowProps {
  session: MySession;
  isEnding: boolean;
  onEnd: () => void;
}

function SessionRow({ session, isEnding, onEnd }: SessionRowProps) {
  const device = describeDevice(session.client);
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-b border-line px-4 py-3 text-sm last:border-b-0">
      <div className="min-w-0 space-y-0.5">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium break-words">{device}</span>
          {session.current ? <Badge tone="accent">This device</Badge> : null}
          {session.method === "master_key" ? <Badge>Master key</Badge> : null}
        </p>
        <p className="text-xs leading-5 text-muted">
          {session.address ? <span className="break-all">{session.address}, </span> : null}
          signed in <Time value={session.created_at} />
        </p>
        <p className="text-xs leading-5 text-muted">
          Last used <Time value={session.last_seen_at} />, ends <Time value={session.expires_at} /> at the latest
        </p>
      </div>
      {session.current ? null : (
        <Button onClick={onEnd} disabled={isEnding} aria-label={`End the session of ${device}`}>
          {isEnding ? "Ending…" : "End"}
        </Button>
      )}
    </li>
  );
}

/** Asks once more: whoever ends every session ends this one too. */
function SignOutEverywhere({ count }: { count: number }) {
  const [isAsking, setIsAsking] = useState(false);
  const signOut = useSignOutEverywhere();
  const leave = () => signOut.mutate(undefined, { onSuccess: () => window.location.assign(signInPath()) });
  if (!isAsking) return <Button onClick={() => setIsAsking(true)}>Sign out everywhere</Button>;
  return (
    <fieldset className="space-y-2">
      <legend className="sr-only">Sign out everywhere</legend>
      <p className="text-sm">
        This ends {formatQuantity(count, "session")}, the one on this device too. Keys keep working.
      </p>
      {signOut.error ? <Alert tone="danger">{signOut.error.message}</Alert> : null}
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" onClick={leave} disabled={signOut.isPending || signOut.isSuccess}>
          {signOut.isPending || signOut.isSuccess ? "Signing out…" : "Sign out everywhere"}
        </Button>
        <Button onClick={() => setIsAsking(false)} disabled={signOut.isPending || signOut.isSuccess}>
          Stay signed in
        </Button>
      </div>
    </fieldset>
  );
}

/** Where one is signed in, and the ways to end that. */
export function SessionsPanel() {
  const query = useQuery(mySessionsQuery());
  const end = useEndSession();
  return (
    <QueryPanel
      title="Sessions"
      hint="Where you are signed in"
      query={query}
      lines={4}
      isEmpty={({ data }) => data.length === 0}
      empty={<Empty title="No sessions">You came with a key and not by signing in.</Empty>}
    >
      {({ data }) => (
        <>
          {end.error && end.error.code !== "not_found" ? (
            <div className="px-4 pt-4">
              <Alert tone="danger">{end.error.message}</Alert>
            </div>
          ) : null}
          <ul aria-label="Sessions">
            {data.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                isEnding={end.isPending && end.variables === session.id}
                onEnd={() => end.mutate(session.id)}
              />
            ))}
          </ul>
          <div className="border-t border-line px-4 py-3">
            <SignOutEverywhere count={data.length} />
          </div>
        </>
      )}
    </QueryPanel>
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { Button, buttonLook } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { ApiError } from "@/lib/client/api-error";
import { type OpenedInvitation, openedInvitationQuery } from "@/lib/invitations/queries";
import { signInPath } from "@/lib/paths";
import { AcceptButton } from "./accept-button";
import { useLinkSecret } from "./use-link-secret";

interface MessageProps {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

function Message({ title, children, action }: MessageProps) {
  return (
    <div className="flex min-h-56 flex-col gap-4">
      <h1 className="text-lg font-semibold">{title}</h1>
      <div className="flex-1 space-y-3 text-sm">{children}</div>
      {action}
    </div>
  );
}

function SignInLink({ children }: { children: ReactNode }) {
  return (
    <Link href={signInPath()} className={buttonLook({ tone: "primary", size: "md", className: "w-full" })}>
      {children}
    </Link>
  );
}

const places = { owner: "as an owner", member: "as a member", viewer: "as a viewer" } as const;

function Offer({ invitation, hasProvider }: { invitation: OpenedInvitation; hasProvider: boolean }) {
  const { inviter, team_name, team_role, role, email, expires_at } = invitation;
  const terms = "text-xs text-muted";
  return (
    <Message title="You are invited" action={hasProvider ? <AcceptButton /> : null}>
      <p className="break-words">
        {inviter ?? "An administrator"} invites you to join{" "}
        {team_name ? (
          <>
            <strong className="font-semibold">{team_name}</strong> {places[team_role ?? "member"]}
          </>
        ) : (
          "this server"
        )}
        .
      </p>
      <dl className="grid grid-cols-2 gap-3">
        <div className="min-w-0">
          <dt className={terms}>For</dt>
          <dd className="font-medium wrap-anywhere">{email}</dd>
        </div>
        {role ? (
          <div>
            <dt className={terms}>Role on this server</dt>
            <dd className="font-medium">{role}</dd>
          </div>
        ) : null}
        <div>
          <dt className={terms}>Works until</dt>
          <dd className="font-medium">
            <Time value={expires_at} />
          </dd>
        </div>
      </dl>
      {hasProvider ? (
        <p className="text-xs text-muted">Sign in with the account that has this e-mail address.</p>
      ) : (
        <Alert tone="warn">
          No identity provider is connected to this server yet, so nobody can accept it. Tell whoever invited you.
        </Alert>
      )}
    </Message>
  );
}

const closed: Record<Exclude<OpenedInvitation["state"], "open">, { title: string; words: string }> = {
  accepted: { title: "Already accepted", words: "This invitation has been used. Sign in as you always do." },
  expired: { title: "The invitation has expired", words: "Ask whoever invited you to send it again." },
  revoked: { title: "The invitation was withdrawn", words: "Ask whoever invited you for a new one." },
};

function Closed({ invitation }: { invitation: OpenedInvitation }) {
  const { state, inviter, team_name } = invitation;
  if (state === "open") return null;
  const { title, words } = closed[state];
  const from = [inviter ? `It came from ${inviter}` : null, team_name ? `was for ${team_name}` : null];
  return (
    <Message
      title={title}
      action={
        state === "accepted" ? (
          <SignInLink>Sign in</SignInLink>
        ) : (
          <Link href={signInPath()} className={buttonLook({ size: "md", className: "w-full" })}>
            To the sign-in page
          </Link>
        )
      }
    >
      <p>{words}</p>
      {inviter && team_name ? <p className="text-muted">{from.join(" and ")}.</p> : null}
    </Message>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (error instanceof ApiError && (error.code === "not_found" || error.code === "invalid_input"))
    return (
      <Message title="This link leads nowhere">
        <p>
          It is not whole, or a newer one was sent. Open the link in the latest mail, or ask whoever invited you to send
          it again.
        </p>
      </Message>
    );
  return (
    <Message title="The invitation cannot be shown">
      <Alert tone="danger" action={<Button onClick={onRetry}>Try again</Button>}>
        {error instanceof ApiError ? error.message : "Something went wrong."}
      </Alert>
    </Message>
  );
}

function Waiting() {
  return (
    <div className="min-h-56 space-y-4">
      <h1 className="text-lg font-semibold">Invitation</h1>
      <p role="status" className="sr-only">
        Loading the invitation
      </p>
      <Skeleton />
      <Skeleton className="w-2/3" />
    </div>
  );
}

function Opened({ secret, hasProvider }: { secret: string; hasProvider: boolean }) {
  const query = useQuery(openedInvitationQuery(secret));
  if (query.data)
    return query.data.state === "open" ? (
      <Offer invitation={query.data} hasProvider={hasProvider} />
    ) : (
      <Closed invitation={query.data} />
    );
  return query.error ? <Failed error={query.error} onRetry={() => query.refetch()} /> : <Waiting />;
}

/** What stands behind an invitation's link. */
export function InvitationView({ hasProvider }: { hasProvider: boolean }) {
  const secret = useLinkSecret();
  if (secret === undefined) return <Waiting />;
  if (secret !== null) return <Opened secret={secret} hasProvider={hasProvider} />;
  return (
    <Message title="Open the link again">
      <p>This page needs the whole link of the invitation. Open it from the mail, or paste it once more.</p>
    </Message>
  );
}

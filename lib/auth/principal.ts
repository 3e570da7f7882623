/**
 * Who is asking: resolved once per request by lib/auth/authenticate, then carried in the context. Services read it;
 * only rights (lib/authz) decide on it.
 */
import type { Authority } from "@/lib/authz/permissions";

export type Principal =
  /** With a session where the master key was used to sign in, without one where it is a bearer token. */
  | { kind: "master"; id: string; sessionId?: string; authority: Authority }
  | { kind: "session"; id: string; sessionId?: string; name: string; authority: Authority }
  | { kind: "key"; id: string; name: string; authority: Authority }
  | { kind: "system"; name: string; authority: Authority };

const unlimited: Authority = { role: "admin", userId: null, teamRoles: new Map(), scopes: null };

export function masterPrincipal(masterKeyId: string, sessionId?: string): Principal {
  return { kind: "master", id: masterKeyId, ...(sessionId ? { sessionId } : {}), authority: unlimited };
}

/** The product itself, doing `name`: boot, jobs, the sweeper. */
export function systemPrincipal(name: string): Principal {
  return { kind: "system", name, authority: unlimited };
}

export interface Actor {
  type: "master" | "user" | "key" | "system";
  id: string | null;
  name: string;
}

/** The principal as the audit log and `created_by` name it. */
export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case "master":
      return { type: "master", id: principal.id, name: "master key" };
    case "session":
      return { type: "user", id: principal.id, name: principal.name };
    case "key":
      return { type: "key", id: principal.id, name: principal.name };
    case "system":
      return { type: "system", id: null, name: principal.name };
  }
}

/** How an invitation is shown: its state at a moment, its inviter, and what of it a stranger with the link may see. */
import { type Creator, findCreator } from "@/lib/auth/creator";
import type { TeamRole, UserRole } from "@/lib/authz/permissions";
import type { Context } from "@/lib/context";
import { readSettings } from "@/lib/settings/service";
import { findBeyond, type Promised } from "./grant";
import type { InvitationState } from "./schema";
import type { InvitationRow } from "./store";

export interface InvitationView extends Omit<InvitationRow, "role" | "team_role" | "team" | "secret_hash"> {
  role: UserRole | null;
  team_role: TeamRole | null;
  team_name: string | null;
  state: InvitationState;
  is_granted: boolean;
  inviter: string | null;
}

export function stateOf(
  { accepted_at, revoked_at, expires_at }: Pick<InvitationRow, "accepted_at" | "revoked_at" | "expires_at">,
  now: number,
): InvitationState {
  if (accepted_at) return "accepted";
  if (revoked_at) return "revoked";
  return expires_at.getTime() > now ? "open" : "expired";
}

export function promisedBy(row: InvitationRow): Promised {
  return { role: row.role as UserRole | null, team_id: row.team_id, team_role: row.team_role as TeamRole | null };
}

export async function presentInvitations(ctx: Context, rows: readonly InvitationRow[]): Promise<InvitationView[]> {
  const { default_role } = await readSettings(ctx.db);
  const inviters = new Map<string, Promise<Creator>>();
  for (const { created_by } of rows) {
    if (!inviters.has(created_by)) inviters.set(created_by, findCreator(ctx.db, created_by));
  }
  return Promise.all(
    rows.map(async (row) => {
      const { team, secret_hash: _hidden, ...fields } = row;
      const promised = promisedBy(row);
      const inviter = await inviters.get(row.created_by);
      const authority = inviter?.authority ?? null;
      return {
        ...fields,
        ...promised,
        team_name: team?.name ?? null,
        state: stateOf(row, ctx.clock.now()),
        is_granted: authority !== null && findBeyond(authority, promised, default_role) === null,
        inviter: inviter?.name ?? null,
      };
    }),
  );
}

/** `jane.doe@example.com` → `j•••@example.com`: enough to recognise one's own address, not enough to learn another's. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return `${email.slice(0, 1)}•••${email.slice(at)}`;
}

/** The link of an invitation: its secret stands in the fragment, which no browser sends to a server. */
import { randomBytes } from "node:crypto";
import { invitationPath } from "@/lib/paths";
import type { SecretPlace } from "@/lib/secrets/key-ring";

/** 256 random bits; kept as SHA-256 (lib/auth/hash). */
export function generateLinkSecret(): string {
  return randomBytes(32).toString("base64url");
}

export function linkOf(publicUrl: string, secret: string): string {
  return `${publicUrl.replace(/\/$/, "")}${invitationPath}#${secret}`;
}

/** Where the secret stands, sealed, while its mail waits to be sent. */
export function mailedSecretPlace(invitationId: string): SecretPlace {
  return { table: "invitations", row: invitationId, field: "secret" };
}

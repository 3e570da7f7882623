import type { Metadata } from "next";
import { InvitationView } from "@/components/invitations/invitation-view";
import { QueryScope } from "@/components/layout/query-scope";
import { readSignInOptions } from "@/lib/auth/sign-in-options";

export const metadata: Metadata = { title: "Invitation" };

export default async function InvitationPage() {
  const { provider } = await readSignInOptions();
  return (
    <QueryScope>
      <InvitationView hasProvider={provider !== null} />
    </QueryScope>
  );
}

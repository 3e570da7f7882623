import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { SessionsPanel } from "@/components/sessions/sessions-panel";
import { ProfilePanel } from "./profile-panel";

/** One's own account: who one is here, and where one is signed in. */
export function Account() {
  return (
    <>
      <PageHeader title="Your account" action={<Freshness />} />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <ProfilePanel />
        <div className="min-w-0 lg:col-span-2">
          <SessionsPanel />
        </div>
      </div>
    </>
  );
}

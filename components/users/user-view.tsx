"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { personKeyColumns } from "@/components/keys/key-columns";
import { KeysOf } from "@/components/keys/keys-of";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import { Empty } from "@/components/ui/empty";
import { SpendOf } from "@/components/usage/spend-of";
import { meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { adminKeyPath, adminUsersPath } from "@/lib/paths";
import { type UserDetail, userQuery } from "@/lib/users/queries";
import { useUserActions } from "./user-actions";
import { UserOverview } from "./user-overview";
import { nameOf } from "./user-words";

function Head({ shown }: { shown: UserDetail | undefined }) {
  const router = useRouter();
  const { data: me } = useQuery(meQuery());
  const actions = useUserActions(() => router.push(adminUsersPath));
  const mayWrite = me !== undefined && hasRight(me, "users.write", "all");
  return (
    <>
      <Crumbs steps={[{ label: "Users", path: adminUsersPath }]} />
      <PageHeader title={shown ? nameOf(shown) : "Person"} lead={shown?.email ?? "…"} action={<Freshness />} />
      <div className="mb-4 flex min-h-8 flex-wrap gap-2">{shown && mayWrite ? actions.buttonsOf(shown) : null}</div>
      {actions.dialog}
    </>
  );
}

const parts = ["overview", "keys", "usage"] as const;

function Part({ part, user }: { part: (typeof parts)[number]; user: UserDetail }) {
  const { data: me } = useQuery(meQuery());
  if (part === "overview") return <UserOverview of={user} />;
  if (part === "usage")
    return (
      <div className="grid gap-4">
        <SpendOf what="person" filter="user_id" id={user.id} />
      </div>
    );
  return (
    <KeysOf
      title="Keys of this person"
      owner={{ user_id: user.id }}
      columns={personKeyColumns}
      linkOf={({ id }) => adminKeyPath(id)}
      mayWrite={me !== undefined && hasRight(me, "keys.write", "all")}
      empty={<Empty title="No keys yet">People make their own keys, or an administrator makes one for them.</Empty>}
    />
  );
}

/** One person: who they are and why, what they may spend and did, and their keys. */
export function UserView({ id }: { id: string }) {
  const query = useQuery(userQuery(id));
  const [part, showPart] = useView(parts);
  return (
    <RequireRight action="users.read" reach="all" title="Person">
      <Head shown={query.data} />
      <Views
        label="Parts of this page"
        views={[
          { name: "overview", label: "Overview" },
          { name: "keys", label: "Keys" },
          { name: "usage", label: "Usage" },
        ]}
        shown={part}
        onShow={showPart}
      />
      {query.data ? (
        <Part part={part} user={query.data} />
      ) : (
        <QueryPanel title="Facts" query={query} lines={10}>
          {() => null}
        </QueryPanel>
      )}
    </RequireRight>
  );
}

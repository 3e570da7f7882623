"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { formatDuration, formatQuantity } from "@/lib/client/format";
import { type Settings, settingsQuery } from "@/lib/settings/queries";

const hour = 3_600;

/** The names of what the configuration file decides on, of all that concerns signing in. */
const signInFields = {
  auto_create_users: "new accounts",
  allowed_email_domains: "domains",
  default_role: "role of everybody else",
  admin_groups: "groups of administrators",
  group_to_role: "roles by group",
  group_to_team: "teams by group",
  auto_create_teams: "new teams",
} as const;

function listManaged({ managed_by }: Settings): string[] {
  return Object.entries(signInFields)
    .filter(([field]) => Object.hasOwn(managed_by, field))
    .map(([, words]) => words);
}

function factsOf(settings: Settings): Fact[] {
  const domains = settings.allowed_email_domains;
  const managed = listManaged(settings);
  return [
    {
      term: "New people",
      value: settings.auto_create_users ? "Get an account when they first sign in" : "Need an invitation",
      note: domains.length > 0 ? `With a verified address of ${domains.join(", ")}` : null,
    },
    { term: "Role of everybody else", value: settings.default_role },
    {
      term: "Sessions end",
      value: `${formatDuration(settings.session_max_hours * hour)} after signing in`,
      note: `Or ${formatDuration(settings.session_idle_hours * hour)} after the last request`,
    },
    { term: "Groups are read again", value: `Every ${formatQuantity(settings.refresh_minutes, "minute")}` },
    {
      term: "Master key signs in here",
      value: settings.master_key_sign_in ? <Badge>On</Badge> : <Badge tone="ok">Off</Badge>,
    },
    {
      term: "Set by the configuration file",
      value: managed.length > 0 ? managed.join(", ") : "Nothing of this",
    },
  ];
}

/** Who may come in, as what, and for how long. */
export function AccountsCard() {
  const query = useQuery(settingsQuery());
  return (
    <QueryPanel title="Accounts and sessions" className="max-sm:min-h-76" query={query} lines={5}>
      {(settings) => <FactList facts={factsOf(settings)} />}
    </QueryPanel>
  );
}

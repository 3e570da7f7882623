import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import type { MappingPreview } from "@/lib/provisioning/queries";

const accounts: Record<NonNullable<MappingPreview["decision"]["account"]>, string> = {
  known: "Signs in to the account that this identity has.",
  linked: "Signs in to the account that waits for this e-mail address.",
  created: "Gets a new account.",
};

const sources: Record<MappingPreview["role_because"]["source"], string> = {
  groups: "by group",
  manual: "given by hand",
  invitation: "by the invitation",
  default: "the role of everybody else",
};

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="space-y-1">
      <dt className="text-xs text-muted">{title}</dt>
      <dd className="space-y-1 break-words">{children}</dd>
    </div>
  );
}

function Teams({ teams }: Pick<MappingPreview, "teams">) {
  if (teams.length === 0) return <p>None by group</p>;
  return (
    <ul className="space-y-1">
      {teams.map(({ path, exists, created, because }) => (
        <li key={path}>
          <span className="font-medium">{path}</span>{" "}
          {exists ? null : <Badge tone={created ? "accent" : "warn"}>{created ? "Would be made" : "Missing"}</Badge>}
          <span className="block text-xs text-muted">by {because.join(", ")}</span>
        </li>
      ))}
    </ul>
  );
}

function listChanges({ changes, user }: MappingPreview): string[] {
  if (!changes) return [];
  const { role, email, teams_joined, teams_left, invitations_accepted } = changes;
  return [
    ...(user ? [] : ["An account is made."]),
    ...(role?.before ? [`The role goes from ${role.before} to ${role.after}.`] : []),
    ...(email?.before ? [`The e-mail address becomes ${email.after}.`] : []),
    ...teams_joined.map(({ path }) => `Joins ${path}.`),
    ...teams_left.map(({ path }) => `Leaves ${path}.`),
    ...(invitations_accepted.length > 0 ? ["The invitation is accepted."] : []),
  ];
}

function Changes({ preview }: { preview: MappingPreview }) {
  const changes = listChanges(preview);
  if (changes.length === 0) return <p>Nothing: all is as it would be.</p>;
  return (
    <ul className="list-disc space-y-0.5 pl-4">
      {changes.map((change) => (
        <li key={change}>{change}</li>
      ))}
    </ul>
  );
}

/** What the API says a sign-in would do, in words. */
export function PreviewResult({ preview, isStale }: { preview: MappingPreview; isStale: boolean }) {
  const { decision, role, role_because, teams, unmapped_groups, user } = preview;
  return (
    <div className="space-y-4 border-t border-line px-4 py-4 text-sm">
      {isStale ? <Alert tone="warn">The rules or the claims have changed since. Preview again.</Alert> : null}
      {decision.would_sign_in ? (
        <Alert tone="ok">{decision.account ? accounts[decision.account] : "Signs in."}</Alert>
      ) : (
        <Alert tone="danger">
          <p className="font-medium">Would be refused</p>
          <p>{decision.cause}</p>
          <p>{decision.remedy}</p>
        </Alert>
      )}
      <dl className="space-y-3">
        {user ? <Part title="Account">{user.name ? `${user.name}, ${user.email}` : user.email}</Part> : null}
        <Part title="Role">
          <p>
            <span className="font-medium">{role}</span>{" "}
            <span className="text-muted">
              {sources[role_because.source]}
              {role_because.groups.length > 0 ? `: ${role_because.groups.join(", ")}` : ""}
            </span>
          </p>
        </Part>
        <Part title="Teams">
          <Teams teams={teams} />
        </Part>
        {unmapped_groups.length > 0 ? <Part title="Groups without a rule">{unmapped_groups.join(", ")}</Part> : null}
        {decision.would_sign_in ? (
          <Part title="What changes">
            <Changes preview={preview} />
          </Part>
        ) : null}
      </dl>
    </div>
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { InvitationsTable } from "@/components/invitations/invitations-table";
import { Crumbs } from "@/components/layout/crumbs";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { QueryPanel } from "@/components/layout/query-panel";
import { useView, Views } from "@/components/layout/views";
import { RequireRight } from "@/components/me/require-right";
import { SpendOf } from "@/components/usage/spend-of";
import type { Place } from "@/components/usage/usage-state";
import { type Me, meQuery } from "@/lib/me/queries";
import { hasTeamRight } from "@/lib/me/rights";
import { adminKeyPath, adminTeamPath, adminTeamsPath, adminUserPath, teamPath, teamsPath } from "@/lib/paths";
import { type Team, teamNamesQuery, teamQuery } from "@/lib/teams/queries";
import { useTeamActions } from "./team-actions";
import { TeamKeys } from "./team-keys";
import { InviteButton, TeamMembers } from "./team-members";
import { TeamOverview } from "./team-overview";

const starts = {
  admin: { label: "Teams", path: adminTeamsPath, pathOf: adminTeamPath },
  portal: { label: "My teams", path: teamsPath, pathOf: teamPath },
} as const;

/** The teams above that the visitor sees, outermost first. */
function useCrumbs(place: Place, team: Team | undefined) {
  const { data: names } = useQuery(teamNamesQuery());
  const { label, path, pathOf } = starts[place];
  const above = (team?.path.slice(0, -1) ?? []).flatMap((id) => {
    const name = names?.get(id);
    return name === undefined ? [] : [{ label: name, path: pathOf(id) }];
  });
  return [{ label, path }, ...above];
}

function leadOf({ path }: Team): string {
  return path.length > 1 ? "A team, within the limits of those above it." : "An organisation: nothing stands above it.";
}

function Head({ place, shown }: { place: Place; shown: Team | undefined }) {
  const router = useRouter();
  const crumbs = useCrumbs(place, shown);
  const actions = useTeamActions(() => router.push(starts[place].path));
  return (
    <>
      <Crumbs steps={crumbs} />
      <PageHeader title={shown?.name ?? "Team"} lead={shown ? leadOf(shown) : "\u00a0"} action={<Freshness />} />
      <div className="mb-4 flex flex-wrap gap-2 empty:hidden">{shown ? actions.buttonsOf(shown) : null}</div>
      {actions.dialog}
    </>
  );
}

const parts = ["overview", "members", "invitations", "keys", "usage"] as const;
type PartName = (typeof parts)[number];

const labels: Record<PartName, string> = {
  overview: "Overview",
  members: "Members",
  invitations: "Invitations",
  keys: "Keys",
  usage: "Usage",
};

/** The parts that the visitor may see: invitations and usage are for those who run the team. */
function partsFor(me: Me, team: Team): PartName[] {
  const isShown = (part: PartName) => {
    if (part === "invitations") return hasTeamRight(me, "invitations.read", team.path);
    return part !== "usage" || hasTeamRight(me, "usage.read", team.path);
  };
  return parts.filter(isShown);
}

interface PartProps {
  part: PartName;
  place: Place;
  team: Team;
  me: Me;
}

function Part({ part, place, team, me }: PartProps) {
  const isAdmin = place === "admin";
  switch (part) {
    case "overview":
      return <TeamOverview of={team} me={me} place={place} pathOf={starts[place].pathOf} />;
    case "members":
      return <TeamMembers of={team} me={me} linkOf={isAdmin ? ({ user_id }) => adminUserPath(user_id) : undefined} />;
    case "invitations": {
      const mayWrite = hasTeamRight(me, "invitations.write", team.path);
      return (
        <InvitationsTable
          teamId={team.id}
          mayWrite={mayWrite}
          action={mayWrite ? <InviteButton team={team} /> : null}
        />
      );
    }
    case "keys":
      return <TeamKeys of={team} me={me} linkOf={isAdmin ? ({ id }) => adminKeyPath(id) : undefined} />;
    case "usage":
      return (
        <div className="grid gap-4">
          <SpendOf what="team" filter="team_id" id={team.id} place={place} />
        </div>
      );
  }
}

/** One team: its people, keys and money, what binds it, and all that may be done with it. */
export function TeamView({ id, place }: { id: string; place: Place }) {
  const { data: me } = useQuery(meQuery());
  const query = useQuery(teamQuery(id));
  const [asked, show] = useView(parts);
  const team = query.data;
  const shown = me && team ? partsFor(me, team) : parts.filter((part) => part === "overview");
  const part = shown.includes(asked) ? asked : "overview";
  return (
    <RequireRight action="teams.read" reach={place === "admin" ? "all" : undefined} title="Team">
      <Head place={place} shown={team} />
      <Views
        label="Parts of this page"
        views={shown.map((name) => ({ name, label: labels[name] }))}
        shown={part}
        onShow={show}
      />
      {me && team ? (
        <Part part={part} place={place} team={team} me={me} />
      ) : (
        <QueryPanel title="Facts" query={query} lines={10}>
          {() => null}
        </QueryPanel>
      )}
    </RequireRight>
  );
}

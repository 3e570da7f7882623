import type { Metadata } from "next";
import { TeamView } from "@/components/teams/team-view";

export const metadata: Metadata = { title: "Team" };

export default async function TeamPage({ params }: { params: Promise<{ id: string }> }) {
  return <TeamView id={(await params).id} place="admin" />;
}

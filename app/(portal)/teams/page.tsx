import type { Metadata } from "next";
import { MyTeams } from "@/components/teams/my-teams";

export const metadata: Metadata = { title: "My teams" };

export default function MyTeamsPage() {
  return <MyTeams />;
}

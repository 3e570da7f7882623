import type { Metadata } from "next";
import { UserView } from "@/components/users/user-view";

export const metadata: Metadata = { title: "Person" };

export default async function UserPage({ params }: { params: Promise<{ id: string }> }) {
  return <UserView id={(await params).id} />;
}

import type { Metadata } from "next";
import { CallView } from "@/components/calls/call-view";

export const metadata: Metadata = { title: "Call" };

export default async function OwnCallPage({ params }: { params: Promise<{ id: string }> }) {
  return <CallView id={(await params).id} place="portal" />;
}

import type { Metadata } from "next";
import { CallView } from "@/components/calls/call-view";

export const metadata: Metadata = { title: "Call" };

export default async function CallPage({ params }: { params: Promise<{ id: string }> }) {
  return <CallView id={(await params).id} place="admin" />;
}

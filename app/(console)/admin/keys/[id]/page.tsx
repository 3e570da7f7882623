import type { Metadata } from "next";
import { KeyView } from "@/components/keys/key-view";

export const metadata: Metadata = { title: "Key" };

export default async function KeyPage({ params }: { params: Promise<{ id: string }> }) {
  return <KeyView id={(await params).id} />;
}

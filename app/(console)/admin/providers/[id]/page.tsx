import type { Metadata } from "next";
import { ProviderView } from "@/components/providers/provider-view";

export const metadata: Metadata = { title: "Provider" };

export default async function ProviderPage({ params }: { params: Promise<{ id: string }> }) {
  return <ProviderView id={(await params).id} />;
}

import type { Metadata } from "next";
import { ModelView } from "@/components/models/model-view";

export const metadata: Metadata = { title: "Model" };

export default async function ModelPage({ params }: { params: Promise<{ id: string }> }) {
  return <ModelView id={(await params).id} />;
}

import type { Metadata } from "next";
import { BudgetView } from "@/components/budgets/budget-view";

export const metadata: Metadata = { title: "Budget" };

export default async function BudgetPage({ params }: { params: Promise<{ id: string }> }) {
  return <BudgetView id={(await params).id} />;
}

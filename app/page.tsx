import type { Metadata } from "next";
import { Overview } from "@/components/overview/overview";
import { SignedIn } from "./signed-in";

export const metadata: Metadata = { title: "Overview" };

export default function HomePage() {
  return (
    <SignedIn>
      <Overview />
    </SignedIn>
  );
}

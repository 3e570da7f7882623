import type { Metadata } from "next";
import { MyKeys } from "@/components/keys/my-keys";

export const metadata: Metadata = { title: "My keys" };

export default function MyKeysPage() {
  return <MyKeys />;
}

import { classNames } from "@/components/ui/class-names";
import type { Colour } from "./colours";

const looks: Record<Colour, string> = {
  "1": "bg-series-1",
  "2": "bg-series-2",
  "3": "bg-series-3",
  "4": "bg-series-4",
  "5": "bg-series-5",
  "6": "bg-series-6",
  "7": "bg-series-7",
  "8": "bg-series-8",
  other: "bg-series-other",
};

/** The colour of a series, beside its name. */
export function Swatch({ colour }: { colour: Colour }) {
  return <span aria-hidden="true" className={classNames("inline-block size-2.5 shrink-0 rounded-sm", looks[colour])} />;
}

import { Download } from "lucide-react";
import { buttonLook } from "./button";

interface DownloadLinkProps {
  href: string;
  /** What comes as a file: `CSV`. */
  label: string;
  className?: string | undefined;
}

/** A link to a file that the server makes, with the look of a button. */
export function DownloadLink({ href, label, className }: DownloadLinkProps) {
  return (
    <a href={href} download className={buttonLook({ className })}>
      <Download aria-hidden="true" className="size-3.5" />
      {label}
    </a>
  );
}

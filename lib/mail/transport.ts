/** The way to the mail server of SMTP_URL. Part of lib/mail. */
import nodemailer, { type Transporter } from "nodemailer";
import { getConfig } from "@/lib/config/config";

const transports = globalThis as unknown as { pllmMail?: { url: string; transport: Transporter } };

/** The process's transport. Its errors tell what the server said, never the password. */
export function getTransport(smtpUrl: string): Transporter {
  if (transports.pllmMail?.url !== smtpUrl) {
    const transport = nodemailer.createTransport({
      url: smtpUrl,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
      // A mail holds text of ours only; nothing in it may make the server read a file or fetch a URL.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    transports.pllmMail = { url: smtpUrl, transport };
  }
  return transports.pllmMail.transport;
}

/** The host under which mails are sent and identified. */
export function mailHost(): string {
  return new URL(getConfig().publicUrl).hostname.replace(/^\[|\]$/g, "");
}

/** `?from=` of SMTP_URL, else its user where that is an address, else pllm at this server's own host. */
export function senderOf(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  const address = url.searchParams.get("from") ?? (user.includes("@") ? user : `pllm@${mailHost()}`);
  return address.includes("<") ? address : `pLLM <${address}>`;
}

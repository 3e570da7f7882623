/**
 * The four people of the development sign-in, told of as Dex tells of people, and the mapping that makes them what they are called.
 * Pure. The settings take their defaults from here while that sign-in runs.
 */

/** A name that is nobody's, whatever port the provider listens on: identities outlast the port. */
export const developmentIssuer = "http://development-sign-in.pllm.localhost";
export const developmentClientId = "pllm";

const connector = "development";
const groups = {
  admins: "development:admins",
  developers: "development:developers",
  viewers: "development:viewers",
} as const;

/** The team that its owner is put in charge of at the first start, and that developers join by their group. */
export const developmentTeam = "Platform";

export interface DevelopmentPerson {
  /** The id at the connector, as Dex's static passwords have one. */
  userId: string;
  username: string;
  name: string;
  email: string;
  /** What they are, in the words of the login page. */
  title: string;
  may: string;
  groups: readonly string[];
}

/** In charge of the team by hand, since groups make members only. */
export const developmentOwner: DevelopmentPerson = {
  userId: "0f1f3c2e-6a53-4d0e-9c35-5f4a2f6d1a02",
  username: "otto",
  name: "Otto Owner",
  email: "otto@development.example",
  title: "Team owner",
  may: `The team ${developmentTeam}: its members, keys and budgets.`,
  groups: [groups.developers],
};

export const developmentPeople: readonly DevelopmentPerson[] = [
  {
    userId: "0f1f3c2e-6a53-4d0e-9c35-5f4a2f6d1a01",
    username: "ada",
    name: "Ada Admin",
    email: "ada@development.example",
    title: "Platform admin",
    may: "Everything: settings, providers, people.",
    groups: [groups.admins],
  },
  developmentOwner,
  {
    userId: "0f1f3c2e-6a53-4d0e-9c35-5f4a2f6d1a03",
    username: "dora",
    name: "Dora Developer",
    email: "dora@development.example",
    title: "Developer",
    may: `Own keys and usage, as a member of ${developmentTeam}.`,
    groups: [groups.developers],
  },
  {
    userId: "0f1f3c2e-6a53-4d0e-9c35-5f4a2f6d1a04",
    username: "vera",
    name: "Vera Viewer",
    email: "vera@development.example",
    title: "Viewer",
    may: "Looks, and changes nothing.",
    groups: [groups.viewers],
  },
];

/** What the settings are while the development sign-in runs and nobody has changed them. */
export const developmentMapping = {
  admin_groups: [groups.admins] as string[],
  group_to_role: { [groups.viewers]: "viewer" as const },
  group_to_team: { [groups.developers]: [developmentTeam] } as Record<string, string[]>,
};

function field(tag: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([(tag << 3) | 2, bytes.length]), bytes]);
}

/** Dex's subject: the protobuf message {1: user id, 2: connector id} in base64url (dex, server/internal/types.proto). */
export function subjectOf(person: DevelopmentPerson): string {
  return Buffer.concat([field(1, person.userId), field(2, connector)]).toString("base64url");
}

export function claimsOf(person: DevelopmentPerson): Record<string, unknown> & { sub: string } {
  return {
    sub: subjectOf(person),
    email: person.email,
    email_verified: true,
    name: person.name,
    preferred_username: person.username,
    groups: [...person.groups],
    federated_claims: { connector_id: connector, user_id: person.userId },
  };
}

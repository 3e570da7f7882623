/**
 * A certificate for localhost and 127.0.0.1 that nobody vouches for, with its key: of no use but to stand where a client must refuse
 * it, or may be told to trust it. Tests only.
 */
export const localKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIBwr+BVYm04fu1RF
H1AuHm3fLxtR/kjXmF7nJOy01GqhRANCAARkpR4gpjh/b0WFvh3qHjJKZa9Rk4F+
jJSh1ng03X5do7AOmUZG3mApkiEwzwxuQIVe5nr3i2I+Evb6v2cZ+XpQ
-----END PRIVATE KEY-----`;

export const localCertificate = `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGSlHiCmOH9vRYW+
HeoeMkplr1GTgX6MlKHWeDTdfl2jsA6ZRkbeYCmSITDPDG5AhV7meveLYj4S9vq/
Zxn5elCjTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBTmKdCPLacrCWy4TRHdZWJTGviVpDAKBggqhkjOPQQD
AgNIADBFAiEA1YvT3XIIQsuWqvQ/iBBitCmbukjepktfoJPutRJjuqECIFI6m8qt
xC1wfMfPxtFfm/35WfYHd+ZQWAYlk4ztKz/5
-----END CERTIFICATE-----`;

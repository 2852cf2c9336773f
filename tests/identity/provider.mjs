// A real OpenID Connect provider on loopback, for the tests of signing in.
// node provider.mjs PORT '{"clients": [...], "people": {"id": {claims}}}'
import { Provider } from "oidc-provider";

const [port, given] = [Number(process.argv[2]), JSON.parse(process.argv[3])];
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: given.clients,
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: given.thin ?? false,
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...(given.people[id] ?? {}) }),
  }),
});
// Only tests talk to it, over plain http on loopback.
provider.proxy = false;
provider.listen(port, "127.0.0.1", () => console.log(`ready ${issuer}`));

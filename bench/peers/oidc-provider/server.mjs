// An OpenID provider on oidc-provider with production-like settings.
// PORT; DATA: its folder; SYNC=FULL|NORMAL
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { scrypt, scryptSync, timingSafeEqual, createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import Provider from 'oidc-provider';
import adapter from './store-sqlite.mjs';

const { PORT = '4801', DATA = '.' } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const jwks = JSON.parse(readFileSync(`${DATA}/jwks.json`));
const secret = 'bench-secret-bench-secret-bench-secret';

const client = (client_id, more) => ({
  client_id, client_secret: secret, token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256', redirect_uris: ['http://127.0.0.1:9/cb'],
  response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'], ...more,
});
const services = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
const provider = new Provider(issuer, {
  adapter,
  jwks,
  cookies: { keys: ['bench-cookie-key'] },
  clients: [client('web'), client('svc', services)],
  scopes: ['openid', 'offline_access', 'email', 'profile'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  // offline_access needs prompt=consent in oidc-provider, so it would be dropped here; these
  // documented hooks give the same tokens without the prompt.
  issueRefreshToken: async (ctx, c) => c.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => false,
  ttl: {
    AccessToken: 900, AuthorizationCode: 60, IdToken: 900, RefreshToken: 1209600,
    Session: 1209600, Grant: 1209600, Interaction: 600, ClientCredentials: 900,
  },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => false,
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'api', audience: resource, accessTokenTTL: 900, accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.test`, email_verified: true, name: id }),
  }),
});
provider.on('server_error', (ctx, error) => console.error(error));

// The sign-in page's POST: a real password check (scrypt, node's defaults) and a grant of
// everything asked for. oidc-provider leaves both to its user.
const derive = promisify(scrypt);
const salt = createHmac('sha256', 'salt').update('bench').digest();
const stored = scryptSync('password', salt, 32);
async function login(request, response) {
  let text = '';
  for await (const chunk of request) text += chunk;
  const form = new URLSearchParams(text);
  const { params } = await provider.interactionDetails(request, response);
  const right = timingSafeEqual(await derive(form.get('password') ?? '', salt, 32), stored);
  if (!right || !/^user\d+$/.test(form.get('user'))) return response.writeHead(401).end();
  const grant = new provider.Grant({ accountId: form.get('user'), clientId: params.client_id });
  grant.addOIDCScope('openid email profile offline_access');
  for (const resource of [params.resource ?? []].flat()) grant.addResourceScope(resource, 'api');
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, response,
    { login: { accountId: form.get('user') }, consent });
}
const callback = provider.callback();
createServer((request, response) => {
  if (request.method !== 'POST' || !request.url.startsWith('/interaction/')) {
    callback(request, response);
    return;
  }
  login(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
}).listen(Number(PORT), '127.0.0.1', 4096);

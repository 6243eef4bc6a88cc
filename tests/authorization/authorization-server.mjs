// An OAuth 2.1 authorization server for the tests, on a free port of 127.0.0.1.
//
// It prints its issuer, and then executes commands from stdin. It repeats each command when it is
// done: `down` closes the port, `up` opens it again, and `rotate NAME` loses all state and creates
// keys whose ids end in NAME, as after a restart. It ends when stdin is closed.
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

// It warns of settings for development.
console.info = console.warn = () => {};
const { Provider } = await import('oidc-provider');

const HOST = '127.0.0.1';
const SCOPES = 'mcp:tools notes:write notes:publish';

// Kinds of tokens, one for each robot. A `brief` token expires soon.
const kinds = {
  RS256: { alg: 'RS256' },
  ES256: { alg: 'ES256' },
  EdDSA: { alg: 'EdDSA' },
  brief: { alg: 'ES256', seconds: 2 },
  opaque: { alg: 'ES256', format: 'opaque' },
};
const robots = Object.keys(kinds).map((kind) => ({
  client_id: `robot-${kind}`, client_secret: 'a-secret-that-is-long-enough-for-the-server', grant_types: ['client_credentials'],
  redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_post', scope: SCOPES,
}));
const playground = {
  client_id: 'playground', application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], scope: `openid ${SCOPES}`,
};

function signingKeys(name) {
  const pair = { RS256: ['rsa', { modulusLength: 2048 }], ES256: ['ec', { namedCurve: 'P-256' }], EdDSA: ['ed25519', {}] };
  return Object.entries(pair).map(([alg, how]) => (
    { ...generateKeyPairSync(...how).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${name}` }));
}

function resourceServer(_context, resource, client) {
  const { alg, seconds = 600, format = 'jwt' } = kinds[client.clientId.replace('robot-', '')] ?? kinds.RS256;
  return { scope: SCOPES, audience: resource, accessTokenTTL: seconds, accessTokenFormat: format, jwt: { sign: { alg } } };
}

function provider(issuer, keys) {
  return new Provider(issuer, {
    jwks: { keys },
    clients: [...robots, playground],
    scopes: ['openid', ...SCOPES.split(' ')],
    cookies: { keys: ['only the tests depend on this'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims: (_context, token) => (token.accountId === 'ada' ? { roles: ['editor'] } : undefined),
    issueRefreshToken: () => true,
    features: {
      clientCredentials: { enabled: true },
      // The access token beside an ID token is for the resource, not for the userinfo endpoint.
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer, useGrantedResource: () => true },
    },
  });
}

const server = createServer().listen(0, HOST);
await once(server, 'listening');
const { port } = server.address();
const issuer = `http://${HOST}:${port}`;
let answer;
const rotate = (name) => {
  const next = provider(issuer, signingKeys(name));
  next.on('server_error', (_context, error) => console.error(error));
  answer = next.callback();
};
rotate('first');
server.on('request', (request, response) => answer(request, response));
console.log(issuer);

for await (const line of createInterface({ input: process.stdin })) {
  const [command, name] = line.split(' ');
  if (command === 'rotate') rotate(name);
  if (command === 'up') await once(server.listen(port, HOST), 'listening');
  if (command === 'down') {
    server.close().closeAllConnections();
    await once(server, 'close');
  }
  console.log(line);
}
process.exit();

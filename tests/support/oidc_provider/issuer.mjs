// An OIDC issuer on 127.0.0.1: node issuer.mjs CONFIGURATION.json
//
// The configuration (written by tests/support/issuer.py): { port, keys, clients, apps, people, audience, seconds }. Services are clients,
// with credentials of their own; apps sign people in, by code and PKCE. Port 0 takes a free one. It says `listening on ADDRESS` once it is ready. A line on its standard input makes it read the configuration again, keys and all, and say
// `reloaded`; the end of its input, or SIGTERM, ends it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider, errors } from 'oidc-provider';
import { signIn } from './people.mjs';

const [, , path] = process.argv;

function read() {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function client({ id, secret, publicKey }) {
  return {
    client_id: id,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...(secret
      ? { client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' }
      : { jwks: { keys: [publicKey] }, token_endpoint_auth_method: 'private_key_jwt' }),
  };
}

function app({ id, secret, redirectUri, signedOutUri }) {
  return {
    client_id: id,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [signedOutUri],
    ...(secret
      ? { client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' }
      : { token_endpoint_auth_method: 'none' }),
  };
}

// The apps are the issuer's own: nobody is asked whether they may know who signs in.
async function grant({ oidc }) {
  const given = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  given.addOIDCScope('openid profile groups');
  await given.save();
  return given;
}

function requestHandler(address, { keys, clients, apps, people, audience, seconds }) {
  const algorithms = new Map(clients.map(({ id, algorithm }) => [id, algorithm]));
  const provider = new Provider(address, {
    clients: [...clients.map(client), ...apps.map(app)],
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
    findAccount: (_, id) => (Object.hasOwn(people, id) ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
    loadExistingGrant: grant,
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['of the tests'] },
    jwks: { keys },
    ttl: { ClientCredentials: seconds },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo(_, resource, { clientId }) {
          if (resource !== audience) throw new errors.InvalidTarget();
          return {
            scope: 'diary',
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: seconds,
            jwt: { sign: { alg: algorithms.get(clientId) } },
          };
        },
      },
    },
  });
  const answer = provider.callback();
  return (request, response) =>
    request.url.startsWith('/interaction/') ? signIn(provider, people, request, response) : answer(request, response);
}

const server = createServer((request, response) => answer(request, response));
server.listen(read().port, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;
let answer = requestHandler(address, read());
console.log(`listening on ${address}`);

const commands = createInterface({ input: process.stdin });
commands.on('line', () => {
  answer = requestHandler(address, read());
  console.log('reloaded');
});
commands.on('close', () => process.exit(0));

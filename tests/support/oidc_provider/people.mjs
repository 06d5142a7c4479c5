// The page at which somebody says who they are: their account is their word.

const PAGE = `<!doctype html><html lang="en"><title>The issuer</title><link rel="icon" href="data:,"><main><h1>The issuer</h1><form method="post">
<label>Account <input name="account"></label><button>Continue</button><button name="refuse" value="1">Refuse</button></form></main></html>`;

async function form(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

export async function signIn(provider, people, request, response) {
  try {
    await provider.interactionDetails(request, response);
    const said = request.method === 'POST' ? await form(request) : new URLSearchParams();
    if (said.get('refuse')) {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
    } else if (Object.hasOwn(people, said.get('account') ?? '')) {
      await provider.interactionFinished(request, response, { login: { accountId: said.get('account') } });
    } else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
    }
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(error.name);
  }
}

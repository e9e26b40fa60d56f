// The server's addresses, and the token that it may ask for.
const kServer = new URL(".", import.meta.url); // behind a proxy it may be anywhere

// The token in the address is kept, but removed from it: it is not for onlookers and bookmarks.
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return;
  sessionStorage.setItem("token", given);
  history.replaceState(null, "", location.pathname);
}
takeToken();
addEventListener("hashchange", takeToken);

export const address = path => new URL(path, kServer);

// For fetch(): a request with the token and, if there is one, a body (a Blob).
export function request(body, more = {}) {
  const headers = {};
  if (body?.type) headers["Content-Type"] = body.type;
  const token = sessionStorage.getItem("token");
  if (token) headers.Authorization = `Bearer ${token}`;
  return { method: body ? "POST" : "GET", body, headers, ...more };
}

// The response; throws an Error that tells a person why there is none.
export async function call(path, body) {
  const response = await fetch(address(path), request(body)).catch(() => {
    throw new Error("the server can’t be reached");
  });
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Error(answer.reason ?? `the server answered ${response.status}`);
}

// The one POST of the link, and what its answer means.

const PATIENCE_MS = 30_000;

/** {kind: "sent" | "refused" | "unsure", message, again}; a refusal has the server's own words. */
export async function send(address, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      redirect: "error",
      signal: patience.signal,
    });
    return read(response.status, await response.text());
  } catch {
    return { kind: "unsure", again: true };
  } finally {
    clearTimeout(timer);
  }
}

function read(status, text) {
  let answer = {};
  try {
    answer = JSON.parse(text) ?? {};
  } catch {
    // An error page of something in between, not our server's answer.
  }
  const message = typeof answer.message === "string" ? answer.message : "";
  if (answer.ok === true) return { kind: "sent", message, again: false };
  if (answer.ok === false) return { kind: "refused", message, again: answer.again === true };
  return { kind: "refused", message, status, again: true };
}

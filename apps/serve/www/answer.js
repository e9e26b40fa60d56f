// Asks the server. One question is under way at a time; of those that come meanwhile only the
// latest is asked. When the server cannot be reached, it is tried until it can.

const kPatience = 10_000; // milliseconds, for an answer,
const kSlowest = 100; // and for each so many bytes that are sent, one more
const kTries = 2; // of one question, as long as the server lives
const kRetry = 800;
const kHeartbeat = 5_000;
const kGateway = [502, 503, 504]; // a proxy that cannot reach the server
const kServer = new URL(".", import.meta.url); // behind a proxy it may be anywhere

// The token of the address is kept, and taken out of there: not for onlookers and bookmarks.
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return;
  sessionStorage.setItem("token", given);
  history.replaceState(null, "", location.pathname);
}
takeToken();
addEventListener("hashchange", takeToken);

export class Questions extends EventTarget {
  #next = null; // an async function that makes the body
  #asking = null; // the AbortController of the question under way
  #failures = 0; // in a row
  #timer = 0; // until it rings, `#next` waits
  #offline = false;

  constructor() {
    super();
    setInterval(() => {
      if (!document.hidden && !this.#asking && !this.#offline) this.#probe();
    }, kHeartbeat);
  }

  // Asks about what `body` returns (a Blob), after `delay` milliseconds without another question.
  ask(body, delay = 0) {
    this.#next = body;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#run();
    }, delay);
  }

  // What was asked is not wanted any more.
  forget() {
    this.#asking?.abort();
    this.#asking = this.#next = null;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  async #run() {
    if (this.#asking || !this.#next || this.#timer || this.#offline) return;
    const body = this.#next;
    const asking = (this.#asking = new AbortController());
    this.#next = null;
    const reply = await this.#post(body, asking).catch(() => null);
    const lives = reply || (this.#asking === asking && (await this.#probe()));
    if (this.#asking !== asking) return; // forgotten
    this.#asking = null;
    this.#failures = reply ? 0 : this.#failures + 1;
    if (lives && (reply || this.#failures >= kTries)) {
      const { ok, ...rest } = reply ?? { ok: false, status: 0, answer: {} };
      this.#tell(ok ? "answer" : "refusal", { ...rest, latest: this.#next === null });
    } else {
      this.#next ??= body;
    }
    this.#run();
  }

  // Throws where no answer comes.
  async #post(body, asking) {
    const blob = await body();
    const late = setTimeout(() => asking.abort(), kPatience + blob.size / kSlowest);
    try {
      const headers = { "Content-Type": blob.type };
      const token = sessionStorage.getItem("token");
      if (token) headers.Authorization = `Bearer ${token}`;
      const response = await fetch(new URL("api/predict?input=1", kServer), {
        method: "POST", body: blob, headers, signal: asking.signal,
      });
      const { ok, status } = response;
      // A refusal may be a proxy's, in HTML.
      const answer = await response.json().catch(fault => (ok ? Promise.reject(fault) : {}));
      // The server itself answers 503 too, with a reason, when it gives up on a picture.
      if (kGateway.includes(status) && !answer.reason) throw new Error(status);
      return { ok, status, answer };
    } finally {
      clearTimeout(late);
    }
  }

  async #probe() {
    try {
      const response = await fetch(new URL("healthz", kServer), { signal: AbortSignal.timeout(kHeartbeat) });
      if (response.ok) return true;
    } catch {
      // said below
    }
    this.#lost();
    return false;
  }

  async #lost() {
    if (this.#offline) return;
    this.#offline = true;
    this.#tell("offline");
    do {
      await new Promise(done => setTimeout(done, kRetry));
    } while (!(await this.#probe()));
    this.#offline = false;
    this.#tell("online");
    this.#run();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

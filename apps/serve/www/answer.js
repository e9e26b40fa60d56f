// Asks the server. One question is under way at a time; of those that come meanwhile only the
// latest is asked. When the server cannot be reached, it is tried until it can.

const kPatience = 10_000; // milliseconds, for an answer
const kRetry = 800;
const kHeartbeat = 5_000;

function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname); // not for onlookers and bookmarks
  }
  return sessionStorage.getItem("token");
}

export class Questions extends EventTarget {
  #token = token();
  #next = null; // an async function that makes the body
  #busy = false;
  #timer = 0;
  #offline = false;
  #forgotten = 0; // how often: what was asked before is not answered any more

  constructor() {
    super();
    setInterval(() => {
      if (!document.hidden && !this.#busy && !this.#offline) this.#probe();
    }, kHeartbeat);
  }

  // Asks about what `body` returns (a Blob), after `delay` milliseconds without another question.
  ask(body, delay = 0) {
    this.#next = body;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), delay);
  }

  // The answer that is under way is not wanted any more.
  forget() {
    this.#forgotten++;
    this.#next = null;
    clearTimeout(this.#timer);
  }

  async #run() {
    if (this.#busy || !this.#next || this.#offline) return;
    const body = this.#next;
    const forgotten = this.#forgotten;
    this.#next = null;
    this.#busy = true;
    try {
      const blob = await body();
      const headers = { "Content-Type": blob.type };
      if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
      const response = await fetch("/api/predict?input=1", {
        method: "POST", body: blob, headers, signal: AbortSignal.timeout(kPatience),
      });
      const answer = await response.json();
      if (forgotten === this.#forgotten) {
        const latest = this.#next === null;
        this.#tell(response.ok ? "answer" : "refusal", { status: response.status, answer, latest });
      }
    } catch {
      this.#next ??= forgotten === this.#forgotten ? body : null;
      this.#lost();
    }
    this.#busy = false;
    this.#run();
  }

  async #probe() {
    try {
      const response = await fetch("/healthz", { signal: AbortSignal.timeout(kPatience) });
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

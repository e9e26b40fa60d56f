// Asks the server, one question at a time; of those that come meanwhile, only the latest is asked.
// If the server cannot be reached, it is tried until it can.
import { address, request } from "./api.js";

const kPatience = 10_000; // milliseconds, for an answer,
const kSlowest = 100; // plus one for each so many bytes sent
const kTries = 2; // of one question, while the server lives
const kRetry = 800;
const kHeartbeat = 5_000;
const kGateway = [502, 503, 504]; // a proxy that cannot reach the server
export class Questions extends EventTarget {
  #next = null; // an async function that makes the body
  #asking = null; // the AbortController of the question under way
  #failures = 0; // in a row
  #timer = 0; // `#next` waits until it fires
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

  // The answer is no longer wanted.
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

  // Throws if no answer comes.
  async #post(body, asking) {
    const blob = await body();
    const late = setTimeout(() => asking.abort(), kPatience + blob.size / kSlowest);
    try {
      const response = await fetch(
        address("api/predict?input=1"), request(blob, { signal: asking.signal }));
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
      const response = await fetch(address("healthz"), { signal: AbortSignal.timeout(kHeartbeat) });
      if (response.ok) return true;
    } catch {
      // handled below
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

// What is said about an answer of the server: an honest sentence for each case. Pure functions.

const article = digit => (digit === 8 ? "an" : "a");
const naming = digit => `${article(digit)} ${digit}`;

// "98 %"; calibrated probabilities near 1 are not certainties.
export function percent(probability) {
  if (probability > 0.99) return "more than 99 %";
  if (probability < 0.01) return "less than 1 %";
  return `${Math.round(100 * probability)} %`;
}

// The digits, most probable first.
export function ranked(probabilities) {
  return probabilities
    .map((probability, digit) => ({ digit, probability }))
    .sort((a, b) => b.probability - a.probability);
}

const kSure = 0.9; // below this, the answer names what else it could be

function ofOne(answer) {
  const [best, second] = ranked(answer.probabilities);
  switch (answer.reason) {
    case "blank":
      return { state: "empty", digit: "–", headline: "There is no ink here", detail: "Draw a digit, or try a picture with one." };
    case "not-a-digit":
      return { state: "nothing", digit: "?", headline: "This doesn’t look like a digit", detail: "Digits are 0 to 9, one or more side by side." };
    case "several-digits":
      return { state: "nothing", digit: "?", headline: "There is more than one thing here", detail: "Leave some room between digits." };
    case "unsure":
      return { state: "doubt", digit: "?", headline: `Could be ${naming(best.digit)} or ${naming(second.digit)}`, detail: `${percent(best.probability)} for ${best.digit}, ${percent(second.probability)} for ${second.digit}.` };
  }
  if (answer.confidence < kSure) {
    return { state: "doubt", digit: String(answer.digit), headline: `Probably ${naming(answer.digit)}`, detail: `${percent(answer.confidence)} sure. It could be ${naming(second.digit)}.` };
  }
  return { state: "sure", digit: String(answer.digit), headline: `This is ${naming(answer.digit)}`, detail: `${capital(percent(answer.confidence))} sure.` };
}

function ofSeveral(answer) {
  const unread = answer.digits.filter(digit => digit.digit === null).length;
  const strange = answer.digits.filter(digit => digit.reason === "not-a-digit").length;
  const number = answer.text.replaceAll("-", " ");
  const count = answer.digits.length;
  if (strange > count / 2) {
    const nothing = { state: "nothing", digit: "?" };
    if (unread === count) return { ...nothing, headline: "This doesn’t look like digits", detail: `${count} marks, and none that can be read.` };
    return { ...nothing, headline: "Most of this doesn’t look like digits", detail: `${count} marks, and ${unread} of them can’t be read.` };
  }
  if (unread > 0) {
    const missing = unread === 1 ? "One of them" : `${unread} of them`;
    return { state: "doubt", digit: number, headline: `${count} digits, not all of them clear`, detail: `${missing} can’t be told.` };
  }
  const weakest = answer.digits.reduce((a, b) => (b.confidence < a.confidence ? b : a));
  const headline = number.includes(" ") ? `${count} digits` : `This is ${number}`;
  if (answer.confidence < kSure) {
    return { state: "doubt", digit: number, headline: number.includes(" ") ? headline : `Probably ${number}`, detail: `${percent(weakest.confidence)} sure of the ${weakest.digit}, more of the rest.` };
  }
  return { state: "sure", digit: number, headline, detail: `${capital(percent(answer.confidence))} sure of each digit.` };
}

const capital = text => text[0].toUpperCase() + text.slice(1);

// An answer of POST /api/predict -> { state, digit, headline, detail }. `state` is "sure", "doubt",
// "nothing" or "empty"; `digit` is what is shown large.
export function describe(answer) {
  return answer.digits ? ofSeveral(answer) : ofOne(answer);
}

// A refusal by the server, or a picture that cannot be read.
export function describeError(status, reason) {
  const words = { state: "error", digit: "!", headline: "This picture can’t be read", detail: `${capital(reason || "something is wrong with it")}.` };
  if (status === 401) return { ...words, headline: "A token is needed", detail: "Open the whole address that mnist-serve printed, with its #token." };
  if (status === 413) return { ...words, headline: "This picture is too large", detail: reason ? words.detail : "Something on the way to the server stops it." };
  if (status === 0) return { ...words, headline: "No answer to this picture", detail: "The server is there, but the picture does not get through." };
  if (status === 503) return { ...words, headline: "This takes too long", detail: reason ? words.detail : "The server is busy." };
  if (status >= 500) return { ...words, headline: "The server failed at this picture", detail: "Its own messages say more." };
  if (status === 403 || status === 421) return { ...words, headline: "The server does not trust this page" };
  return words;
}

export const kEmpty = { state: "empty", digit: "–", headline: "Nothing to read yet", detail: "The answer follows your pen." };
export const kReading = { state: "empty", digit: "–", headline: "Reading…", detail: "The answer is on its way." };
export const kOffline = { state: "error", digit: "!", headline: "The server can’t be reached", detail: "Your drawing is safe. Trying again…" };

const kSigns = { point: "a point", comma: "a comma", slash: "a slash", hyphen: "a hyphen" };

// One sentence or two for each find: what the page network saw, then what the classifier said.
export function explain(finds) {
  if (finds.length === 0) return ["Nothing was found that looks like a digit."];
  return finds.map(find => {
    const score = find.score.toFixed(2);
    if (kSigns[find.kind]) return `Found ${kSigns[find.kind]} (score ${score}).`;
    if (find.kind !== "digit") return `Found a digit that can’t be read (score ${score}).`;
    const looks = ranked(find.first_look).slice(0, 2).filter(({ probability }) => probability > 0.05)
      .map(({ digit, probability }) => `${digit} (${percent(probability)})`).join(" or ");
    const verdict = find.reason === "not-a-digit" ? " So it isn’t taken for one."
      : find.reason ? ` Rejected: ${find.reason}.` : "";
    return `Found with score ${score}; at first look ${looks}. Its ink alone: ${find.guess}, ` +
      `${percent(find.confidence)} sure; a digit at all: ${percent(find.acceptance)}.${verdict}`;
  });
}

// Lets people say what it should have been, if the server keeps corrections (--collect). What is
// said about one picture is sent as a whole each time: the last word counts.
import { call } from "./api.js";

const $ = id => document.getElementById(id);
const kNone = "none";

// "3" -> "a 3", "8" -> "an 8"
const named = label => (label === kNone ? "not a digit" : `${label === "8" ? "an" : "a"} ${label}`);

export class Correcting {
  #page; // { picture(): promise of a Blob, box(): of the chosen one of several digits, say(text) }
  #folder = null; // where the server keeps corrections; null: nowhere
  #offered = false; // whether there is an answer that may be wrong
  // What was said about this picture: { picture, labels: box ("" for all of it) -> label, in the
  // order given, done: promise of the last sending }; null: nothing.
  #said = null;
  #undoes = false; // whether the button takes the last word back
  #before = ""; // what the page said before the keys came

  constructor(page) {
    this.#page = page;
    $("keys").append(...[..."0123456789", kNone].map(label => {
      const key = document.createElement("button");
      key.type = "button";
      key.textContent = label === kNone ? "not a digit" : label;
      key.className = label === kNone ? kNone : "";
      key.addEventListener("click", () => this.#choose(label));
      return key;
    }));
    $("wrong").addEventListener("click", () => {
      if (this.#undoes) this.#undo();
      else if (!this.close()) this.#open();
    });
    addEventListener("keydown", event => this.#key(event));
    addEventListener("hashchange", () => this.ask());
    this.ask();
  }

  // Asks the server whether it keeps corrections.
  async ask() {
    const { collects, folder } = await call("api/collection")
      .then(response => response.json()).catch(() => ({ collects: false }));
    this.#folder = collects ? folder : null;
    $("wrong").hidden = !collects;
    this.offer(this.#offered);
    if (!collects) return;
    $("promise").textContent = `Corrections are kept in ${folder}`;
    $("promise").title = `${$("promise").textContent} on this server; other pictures are not kept`;
  }

  // Whether there is an answer that may be wrong.
  offer(yes) {
    this.#offered = yes;
    $("wrong").classList.toggle("absent", !yes);
  }

  // Another answer is shown, or another of its digits: what was asked before is over.
  turn() {
    this.#hide();
    this.#showUndo(false);
  }

  // There is another picture now.
  forget() {
    this.#said = null;
    this.turn();
  }

  // Takes the keys away; returns whether they were there.
  close() {
    if ($("keys").hidden) return false;
    this.#hide();
    this.#page.say(this.#before);
    return true;
  }

  #open() {
    this.#before = $("detail").textContent;
    this.#show(true);
    this.#page.say(`What is it? The picture and your answer are kept in ${this.#folder}.`);
    $("keys").firstChild.focus();
  }

  #hide() {
    if (!$("keys").hidden) this.#show(false);
  }

  #show(keys) {
    $("keys").hidden = !keys;
    for (const each of ["bars", "seen"]) $(each).inert = keys;
    $("wrong").textContent = keys ? "Cancel" : "Not right?";
  }

  #showUndo(yes) {
    this.#undoes = yes;
    $("wrong").textContent = yes ? "Undo" : "Not right?";
  }

  #key(event) {
    if ($("keys").hidden || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const label = event.key.toLowerCase() === "n" ? kNone : event.key;
    if (label !== kNone && !/^[0-9]$/.test(label)) return;
    event.preventDefault();
    this.#choose(label);
  }

  async #choose(label) {
    const box = (this.#page.box() ?? []).join(",");
    this.#hide();
    const said = this.#said ??=
      { picture: this.#page.picture(), labels: new Map(), done: Promise.resolve() };
    const isKept = await this.#send(said, `Kept: it is ${named(label)}.`, labels => {
      // Either the whole picture is labelled or its parts, not both.
      for (const each of labels.keys()) if ((each === "") !== (box === "")) labels.delete(each);
      labels.delete(box);
      labels.set(box, label);
    });
    if (!isKept) return;
    this.#showUndo(true);
    $("wrong").focus();
  }

  async #undo() {
    this.#showUndo(false);
    const isDone = await this.#send(
      this.#said, "Taken back.", labels => labels.delete([...labels.keys()].at(-1)));
    if (!isDone) this.#showUndo(true);
  }

  // Sends what is said after `change`, once what was said before has arrived. Returns whether it is
  // kept and the picture is still this one.
  #send(said, words, change) {
    said.done = said.done.then(async () => {
      const labels = new Map(said.labels);
      change(labels);
      const query = new URLSearchParams();
      for (const [box, label] of labels) query.append("label", box ? `${label}@${box}` : label);
      let text = words;
      try {
        await call(`api/correct?${query}`, await said.picture);
        said.labels = labels;
      } catch (fault) {
        text = `Not kept: ${fault.message}.`;
      }
      if (this.#said !== said) return false;
      this.#page.say(text);
      return text === words;
    });
    return said.done;
  }
}

// The Send button: why it cannot be pressed yet, the one press, and what came of it.

import { facts, part, say } from "./facts.js";
import { send } from "./send.js";

export class Sender {
  #parts; // {deadline, missing, body}
  #state = "open"; // sending, sent, refused, expired; the last three are final
  #button = part("send");

  constructor(parts) {
    this.#parts = parts;
    this.#button.addEventListener("click", () => this.#press());
    parts.deadline.addEventListener("over", () => this.#expire());
  }

  /** Whether nothing more can be sent from this page. */
  get closed() {
    return !["open", "sending"].includes(this.#state);
  }

  /** Say what is missing, if anything is. */
  show() {
    if (this.#state !== "open") return;
    const key = this.#parts.missing();
    this.#button.disabled = key !== null;
    write("reason", key ? say(key) : "");
  }

  async #press() {
    if (this.#state !== "open" || this.#parts.missing()) return;
    this.#enter("sending");
    const answer = await this.#send();
    if (answer.kind === "sent") return this.#finish("sent", answer.message);
    if (!answer.again) return this.#finish("refused", answer.message);
    // An unsure one stays open: only the server knows whether it took it.
    const over = this.#parts.deadline.over && answer.kind !== "unsure";
    if (over) return this.#finish("expired", say("expired_text"));
    this.#enter("open");
    write("message", worded(answer));
    this.#button.focus();
  }

  async #send() {
    write("message", "");
    let body;
    try {
      body = await this.#parts.body();
    } catch {
      return { kind: "broken", again: true };
    }
    const { png = "" } = body.mask ?? {};
    if (png.length > facts.most.png) return { kind: "detailed", again: true };
    if (facts.maskRequired && !body.mask) return { kind: "empty", again: true };
    return send(new URL(facts.post, location.href), body);
  }

  #enter(state) {
    this.#state = state;
    document.body.dataset.state = state;
    part("work").inert = state === "sending";
    part("send-label").textContent = say(state === "sending" ? "sending" : "send");
    this.#button.disabled = state !== "open";
    if (state === "sending") write("reason", "");
    else this.show();
  }

  #expire() {
    // What is on its way may still be taken; its answer decides.
    if (this.#state === "open") this.#finish("expired", say("expired_text"));
  }

  #finish(state, text) {
    this.#enter(state);
    this.#parts.deadline.stop();
    for (const id of ["stage", "tools"]) part(id).inert = true;
    for (const field of document.querySelectorAll("button, input")) field.disabled = true;
    for (const field of document.querySelectorAll("textarea")) field.readOnly = true;
    for (const id of ["message", "reason"]) write(id, "");
    part("card-title").textContent = say(`${state}_title`);
    part("card-text").textContent = text;
    part("card-close").hidden = state !== "sent";
    part("card").hidden = false;
    part("card").focus();
  }
}

function worded({ kind, message, status }) {
  if (message) return message;
  return status ? say("odd_answer", { status }) : say(kind);
}

function write(id, text) {
  if (part(id).textContent !== text) part(id).textContent = text;
}

// What the server put into the page: the facts of this link, and words in the reader's language.

export const { facts, words } = JSON.parse(document.getElementById("facts").textContent);

/** The words under a key, with their {named} values filled in. */
export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

export const part = (id) => document.getElementById(id);

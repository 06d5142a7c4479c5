// Drafts, kept in this browser under the name of the person's drawer, the form and the draft. Each tab writes a draft of its own: { fields,
// basis, at, from }. `basis` is what the form was shown with, so that saving an old draft meets what was changed since; `from` is the draft
// that it was brought back from, which goes with it.

const PAUSE_MS = 400;
const LOCALES = { en: 'en-GB', ja: 'ja-JP' }; // days as the pages write them
const BASIS = ['version', 'base', 'mood_shown'];
const NEVER = new Set(['csrf', 'key', 'draft', 'drawer', 'next', 'pick', 'asked', 'language', 'theme', ...BASIS]);
const START = 80; // characters of a draft that tell which one it is

const waiting = new Map(); // forms that will be kept in a moment, with the timers of that
const origins = new Map(); // forms that a draft was brought back into, with its name and time

const drawer = () => `draft:${document.body.dataset.drawer}:`;
const slot = (form) => `${form.dataset.draft}#${form.elements.draft.value}`;
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function stored(name) {
  try {
    const draft = JSON.parse(localStorage.getItem(drawer() + name));
    return draft?.fields ? draft : null;
  } catch {
    return null;
  }
}

function keys() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith('draft:'));
  } catch {
    return []; // storage is switched off
  }
}

const names = () => keys().filter((name) => name.startsWith(drawer())).map((name) => name.slice(drawer().length));

export const isAnythingKept = () => keys().length > 0;

function takenOff(form) { // was it to be kept? It is not any more
  clearTimeout(waiting.get(form));
  return waiting.delete(form);
}

function discard(name) { // a draft, and the one that it was brought back from, unless that was written on since
  const from = stored(name)?.from;
  try {
    localStorage.removeItem(drawer() + name);
  } catch {
    return; // there is nothing to discard
  }
  if (from && stored(from.name)?.at === from.at) discard(from.name);
}

export function discardDraft(form) {
  takenOff(form);
  discard(slot(form));
}

export function discardSaved(id) {
  if (!id) return;
  for (const name of names()) if (name.endsWith(`#${id}`) || stored(name)?.key === id) discard(name);
}

export function clearDrafts() {
  for (const form of waiting.keys()) takenOff(form);
  for (const name of names()) discard(name);
}

export function hasDrafts() {
  for (const form of waiting.keys()) if (takenOff(form)) keep(form, null);
  return names().length > 0;
}

function fieldsOf(form) {
  return Object.fromEntries([...new FormData(form)].filter(([name]) => !NEVER.has(name) && !name.startsWith('pick_')));
}

function fill(form, { fields, basis }) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
  for (const name of BASIS) { // a draft without them may be of any version: the first one asks about all that differs
    const field = form.elements.namedItem(name);
    if (field) field.value = basis?.[name] ?? { version: '1' }[name] ?? '';
  }
  for (const details of form.querySelectorAll('details')) {
    if ([...details.querySelectorAll('input')].some((input) => input.value)) details.open = true;
  }
}

function keep(form, state) {
  const basis = Object.fromEntries(BASIS.map((name) => [name, form.elements.namedItem(name)?.value]));
  const draft = { fields: fieldsOf(form), basis, at: Date.now(), from: origins.get(form) };
  try {
    localStorage.setItem(drawer() + slot(form), JSON.stringify(draft));
  } catch {
    return; // storage is full or switched off
  }
  if (state) state.textContent = navigator.onLine ? state.dataset.kept : state.dataset.offline;
}

function begin(form) { // a draft of its own
  form.elements.draft.value = `${form.elements.key.value}-${Date.now().toString(36)}`;
}

function bringBack(form, name, draft, shown) {
  const isPending = takenOff(form);
  if (isPending || !isSame(fieldsOf(form), shown)) { // what is in the form now is a draft as well
    keep(form, null);
    const [own, mine] = [slot(form), stored(slot(form))];
    begin(form);
    if (mine) offer(form, own, mine, draft.fields);
  }
  fill(form, draft);
  origins.set(form, { name, at: draft.at });
}

function offer(form, name, draft, shown) {
  const template = form.querySelector('[data-draft-offer]');
  if (!template) return;
  const box = template.content.cloneNode(true).firstElementChild;
  const when = new Intl.DateTimeFormat(LOCALES[document.documentElement.lang], { dateStyle: 'long', timeStyle: 'short' });
  box.querySelector('[data-draft-when]').textContent = when.format(draft.at);
  box.querySelector('[data-draft-start]').textContent = (draft.fields.text ?? draft.fields.title ?? '').slice(0, START);
  template.before(box);
  const settle = (action) => () => {
    action();
    box.remove();
    form.querySelector('textarea, input:not([type=hidden])').focus();
  };
  box.querySelector('[data-draft-restore]').addEventListener('click', settle(() => bringBack(form, name, draft, shown)));
  box.querySelector('[data-draft-discard]').addEventListener('click', settle(() => discard(name)));
}

function offerAll(form) {
  const shown = fieldsOf(form);
  const own = stored(slot(form));
  if (own && 'fresh' in form.dataset && !isSame(own.fields, shown)) begin(form); // its address is opened again
  else if (own) origins.set(form, own.from); // it has come back
  const others = names().filter((name) => name === form.dataset.draft || name.startsWith(`${form.dataset.draft}#`));
  const drafts = others.map((name) => [name, stored(name)]).filter(([, draft]) => draft && !isSame(draft.fields, shown));
  for (const [name, draft] of drafts.sort(([, one], [, other]) => other.at - one.at)) offer(form, name, draft, shown);
}

export function keepDraft(form) {
  const state = form.querySelector('[data-draft-state]');
  offerAll(form);
  form.addEventListener('input', () => {
    takenOff(form);
    waiting.set(form, setTimeout(() => takenOff(form) && keep(form, state), PAUSE_MS));
  });
  form.addEventListener('submit', () => {
    takenOff(form);
    keep(form, null);
  });
  addEventListener('pagehide', () => takenOff(form) && keep(form, null));
  if (!state) return;
  addEventListener('offline', () => (state.textContent = state.dataset.offline));
  addEventListener('online', () => (state.textContent = stored(slot(form)) ? state.dataset.kept : ''));
}

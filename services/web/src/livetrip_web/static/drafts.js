// Drafts, kept in this browser under the name of the person's drawer: { key, fields, at } by form. `key` is the form's idempotency key, by
// which the page after a successful save knows the draft that it can throw away.

const PAUSE_MS = 400;
const LOCALES = { en: 'en-GB', ja: 'ja-JP' }; // days as the pages write them
const NEVER = new Set(['csrf', 'key', 'version', 'next', 'pick']);

const waiting = new Map(); // forms that will be kept in a moment, with the timers of that

const drawer = () => `draft:${document.body.dataset.drawer}:`;

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(drawer() + name));
  } catch {
    return null;
  }
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(drawer())).map((name) => name.slice(drawer().length));
  } catch {
    return []; // storage is switched off
  }
}

function takenOff(form) { // was it to be kept? It is not any more
  clearTimeout(waiting.get(form));
  return waiting.delete(form);
}

export function discardDraft(name) {
  for (const form of waiting.keys()) if (form.dataset.draft === name) takenOff(form);
  try {
    localStorage.removeItem(drawer() + name);
  } catch {
    // there is nothing to discard
  }
}

export function discardSaved(key) {
  if (!key) return;
  for (const name of names()) if (stored(name)?.key === key) discardDraft(name);
}

export function clearDrafts() {
  for (const form of waiting.keys()) takenOff(form);
  for (const name of names()) discardDraft(name);
}

function fieldsOf(form) {
  return Object.fromEntries([...new FormData(form)].filter(([name]) => !NEVER.has(name) && !name.startsWith('theirs_') && !name.startsWith('pick_')));
}

function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
  for (const details of form.querySelectorAll('details')) {
    if ([...details.querySelectorAll('input')].some((input) => input.value)) details.open = true;
  }
}

function keep(form, state) {
  const draft = { key: form.elements.key.value, fields: fieldsOf(form), at: Date.now() };
  try {
    localStorage.setItem(drawer() + form.dataset.draft, JSON.stringify(draft));
  } catch {
    return; // storage is full or switched off
  }
  if (state) state.textContent = navigator.onLine ? state.dataset.kept : state.dataset.offline;
}

function offer(form, draft) {
  const box = form.querySelector('[data-draft-offer]');
  if (!box || !draft || JSON.stringify(draft.fields) === JSON.stringify(fieldsOf(form))) return;
  const when = new Intl.DateTimeFormat(LOCALES[document.documentElement.lang], { dateStyle: 'long', timeStyle: 'short' });
  box.querySelector('[data-draft-when]').textContent = when.format(draft.at);
  box.hidden = false;
  box.querySelector('[data-draft-restore]').addEventListener('click', () => {
    fill(form, draft.fields);
    box.hidden = true;
    form.querySelector('textarea, input:not([type=hidden])').focus();
  });
  box.querySelector('[data-draft-discard]').addEventListener('click', () => {
    discardDraft(form.dataset.draft);
    box.hidden = true;
    form.querySelector('textarea, input:not([type=hidden])').focus();
  });
}

export function keepDraft(form) {
  const state = form.querySelector('[data-draft-state]');
  offer(form, stored(form.dataset.draft));
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
  addEventListener('online', () => (state.textContent = stored(form.dataset.draft) ? state.dataset.kept : ''));
}

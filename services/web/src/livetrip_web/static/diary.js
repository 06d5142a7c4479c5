// What the pages can do without, and are nicer with: drafts that outlive a lost connection.

import { showOffset, startNow } from './moments.js';
import { clearDrafts, discardDraft, discardSaved, hasDrafts, isAnythingKept, keepDraft } from './drafts.js';

discardSaved(document.body.dataset.saved);
for (const form of document.querySelectorAll('form[data-now]')) startNow(form);
for (const told of document.querySelectorAll('[data-offset]')) showOffset(told.form);
for (const form of document.querySelectorAll('form[data-draft]')) keepDraft(form);
for (const link of document.querySelectorAll('form [data-discards]')) {
  link.addEventListener('click', () => discardDraft(link.closest('form')));
}
for (const form of document.querySelectorAll('form[data-asks-for-drafts]')) {
  form.addEventListener('submit', (event) => {
    if (!hasDrafts()) return;
    event.preventDefault(); // the page at the same address asks what should become of them
    location.assign(form.action);
  });
}
for (const form of document.querySelectorAll('form[data-clears-drafts]')) {
  form.querySelector('[data-drafts-question]').hidden = !hasDrafts();
  form.addEventListener('submit', () => form.elements.drafts.checked && clearDrafts());
}
for (const hint of document.querySelectorAll('[data-draft-waiting]')) hint.hidden = !isAnythingKept();

// What the pages can do without, and are nicer with: drafts that outlive a lost connection.

import { startNow } from './moments.js';
import { clearDrafts, discardSaved, keepDraft, discardDraft } from './drafts.js';

discardSaved(document.body.dataset.saved);
for (const form of document.querySelectorAll('form[data-now]')) startNow(form);
for (const form of document.querySelectorAll('form[data-draft]')) keepDraft(form);
for (const link of document.querySelectorAll('[data-discards]')) {
  link.addEventListener('click', () => discardDraft(link.dataset.discards));
}
for (const form of document.querySelectorAll('form[data-clears-drafts]')) {
  form.addEventListener('submit', () => clearDrafts());
}

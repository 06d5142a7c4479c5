// A new entry begins at the time and the offset of the traveller's own clock.

export function startNow(form) {
  if (form.elements.text.value) return; // the browser went back, and has put in what was typed here
  const now = new Date();
  const minutes = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + minutes * 60_000);
  const offset = form.elements.offset;
  if (![...offset.options].some((option) => option.value === String(minutes))) return;
  offset.value = String(minutes);
  form.elements.happened.value = local.toISOString().slice(0, 16);
}

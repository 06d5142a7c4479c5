// A new entry begins at the time and in the time zone of the traveller's own clock; which offset that zone has follows what is chosen.

// Minutes east of UTC, of a zone at a local time: near a change of the clocks, as of the moment that the first guess leads to.
function offsetOf(zone, local) {
  if (/^-?\d+$/.test(zone)) return Number(zone);
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const at = (time) => {
    const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName').value; // GMT, GMT-03:30
    const [, sign, hours, minutes] = /([+-])(\d+):(\d+)/.exec(name) ?? [0, '+', 0, 0];
    return (sign === '-' ? -1 : 1) * (60 * hours + Number(minutes));
  };
  const asUtc = Date.parse(`${local}Z`);
  return at(asUtc - at(asUtc) * 60_000);
}

function nameOf(minutes) { // as the pages write it
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${rest}` : ''}`;
}

export function showOffset(form) {
  const { offset, happened } = form.elements;
  const told = form.querySelector('[data-offset]');
  const show = () => {
    const isNamed = offset.value.includes('/') && happened.value;
    told.textContent = isNamed ? told.dataset.offset.replace('%', nameOf(offsetOf(offset.value, happened.value))) : '';
  };
  form.addEventListener('input', show);
  form.addEventListener('click', show); // a draft is brought back
  show();
}

export function startNow(form) {
  if (form.elements.text.value) return; // the browser went back, and has put in what was typed here
  const now = new Date();
  const minutes = -now.getTimezoneOffset();
  const offset = form.elements.offset;
  const choices = [Intl.DateTimeFormat().resolvedOptions().timeZone, String(minutes)];
  const chosen = choices.find((choice) => [...offset.options].some(({ value }) => value === choice));
  if (!chosen) return;
  offset.value = chosen;
  form.elements.happened.value = new Date(now.getTime() + minutes * 60_000).toISOString().slice(0, 16);
}

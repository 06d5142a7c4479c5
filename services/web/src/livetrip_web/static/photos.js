// Several photos at once: each is read, announced, sent straight to the storage, and completed; each can be cancelled and tried again.

import { kindOf, sha256, UploadRefused, announce, complete, send } from './uploading.js';

const LARGEST = 64 * 1024 * 1024;
const AT_ONCE = 2;

const uploader = document.querySelector('[data-uploader]');
const list = uploader.querySelector('[data-uploads]');
const announcer = uploader.querySelector('[data-announcer]');
const picker = uploader.querySelector('#files');
const drop = uploader.querySelector('[data-drop]');
const waiting = [];
let running = 0;

const word = (name) => uploader.getAttribute(`data-word-${name}`);

class Upload {
  constructor(file) {
    this.file = file;
    this.upload = null;
    this.isSent = false;
    this.entry = uploader.querySelector('#entry').value;
    this.keepsPlace = uploader.querySelector('#keep-place').checked;
    this.#draw();
  }

  #draw() {
    const make = (tag, name) => Object.assign(document.createElement(tag), { className: name });
    this.item = make('li', 'upload');
    this.item.tabIndex = -1;
    this.name = make('span', 'upload-name');
    this.name.textContent = this.file.name;
    this.state = make('span', 'upload-state');
    this.bar = make('progress', '');
    this.bar.max = 100;
    this.bar.value = 0;
    this.bar.setAttribute('aria-label', word('progress').replace('%', this.file.name));
    this.button = make('button', 'button small');
    this.button.type = 'button';
    this.item.append(this.name, this.button, this.bar, this.state);
    list.append(this.item);
  }

  #say(name, detail = '', isBad = false) {
    this.state.textContent = detail ? `${word(name)}: ${detail}` : word(name);
    this.item.dataset.state = name;
    this.item.classList.toggle('is-bad', isBad);
    if (!['waiting', 'reading', 'finishing'].includes(name)) announcer.textContent = `${this.file.name}: ${this.state.textContent}`;
  }

  #show(share) {
    this.bar.value = Math.round(share * 95);
    this.state.textContent = `${word('sending')} ${this.bar.value}%`;
  }

  #offer(name, action) {
    if (!name && document.activeElement === this.button) this.item.focus(); // a hidden button would take the keyboard's place along
    this.button.hidden = !name;
    if (!name) return;
    this.button.textContent = word(name);
    this.button.setAttribute('aria-label', `${word(name)}: ${this.file.name}`);
    this.button.onclick = action;
  }

  async queue() {
    if (this.file.size > LARGEST || this.file.size === 0) return this.#end('large', '', false);
    this.type ??= await kindOf(this.file);
    if (!this.type.startsWith('image/')) return this.#end(this.type, '', false);
    this.control = new AbortController();
    this.#say('waiting');
    this.#offer('cancel', () => this.#cancel());
    waiting.push(this);
    next();
  }

  #cancel() {
    this.control.abort();
    const place = waiting.indexOf(this);
    if (place >= 0) {
      waiting.splice(place, 1);
      this.#end('cancelled', '', true);
    }
  }

  #end(name, detail, canRetry) {
    this.#say(name, detail, name !== 'done' && name !== 'cancelled');
    this.#offer(canRetry ? 'retry' : null, () => this.queue());
  }

  async run() {
    try {
      await this.#steps();
      this.bar.value = 100;
      this.#end('done', '', false);
      uploader.querySelector('[data-reload]').hidden = false;
    } catch (error) {
      if (this.control.signal.aborted) this.#end('cancelled', '', true);
      else if (error instanceof UploadRefused) this.#end('refused', error.message, true);
      else this.#end('failed', '', true);
    }
  }

  async #steps() {
    const { signal } = this.control;
    if (!this.upload || (!this.isSent && Date.parse(this.upload.expiresAt) < Date.now() + 60_000)) {
      this.#say('reading');
      this.checksum ??= await sha256(this.file);
      signal.throwIfAborted();
      this.upload = await announce(uploader.dataset, this, signal);
      this.isSent = false;
    }
    if (!this.isSent) {
      this.#say('sending');
      try {
        await send(this.upload, this.file, signal, (share) => this.#show(share));
      } catch (error) {
        this.upload = signal.aborted ? this.upload : null;
        throw error;
      }
      this.isSent = true;
    }
    this.#say('finishing');
    try {
      await complete(uploader.dataset, this.upload.photoId, signal);
    } catch (error) {
      if (error instanceof UploadRefused) this.upload = null;
      throw error;
    }
  }
}

async function next() {
  if (running >= AT_ONCE || waiting.length === 0) return;
  running += 1;
  await waiting.shift().run();
  running -= 1;
  next();
}

function take(files) {
  for (const file of files) new Upload(file).queue();
}

picker.addEventListener('change', () => {
  take(picker.files);
  picker.value = '';
});
for (const name of ['dragenter', 'dragover']) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add('is-over');
  });
}
drop.addEventListener('dragleave', () => drop.classList.remove('is-over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('is-over');
  take(event.dataTransfer.files);
});
addEventListener('beforeunload', (event) => {
  if (running > 0 || waiting.length > 0) event.preventDefault(); // the browser asks whether to leave what is on its way
});
uploader.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
uploader.querySelector('[data-one]').remove();
drop.hidden = false;

// Talks to the API: sends what was written until it is acknowledged, and listens to what comes.

const seat = document.body.dataset.seat;

function address(path, query = {}) {
  const all = new URLSearchParams(seat ? { seat, ...query } : query).toString();
  return '/api/v1/' + path + (all ? '?' + all : '');
}

export async function get(path, query) {
  const response = await fetch(address(path, query));
  if (!response.ok) throw new Error((await response.json()).error?.message || '暂时打不开,请再试一次。');
  return response.json();
}

// fileURL is where a file is shown, by what an attachment says.
export const fileURL = (a) => address('files/' + encodeURIComponent(`${a.channel || 'web'}:${a.ref}`));

// upload sends the bytes of a file and returns the attachment that a message may bring.
export async function upload(file) {
  let response;
  try {
    response = await fetch(address('files', { name: file.name }), { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file });
  } catch {
    throw new Error('没有传上去,可能是网络断了。请再试一次。');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error?.message || '没有传上去,请再试一次。');
  return answer;
}

// newID is a UUID. crypto.randomUUID exists on https pages only.
function newID() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  return [...b].map((x, i) => ([4, 6, 8, 10].includes(i) ? '-' : '') + x.toString(16).padStart(2, '0')).join('');
}

// The outbox keeps each message in localStorage under its ID until it is sent, and then until its answer is seen: a reload in between loses
// nothing. Sending again is safe, the ID tells the copies apart.
const prefix = `linli.out.${seat}.`;
const keepSent = 10 * 60 * 1000;

export class Outbox {
  constructor(changed) {
    this.changed = changed; // called with (item) when its state changes: unsent, sent, refused
    this.items = [];
    this.wait = 0;
    this.sending = false;
    try {
      for (let i = 0; i < localStorage.length; i++) {
        const key = localStorage.key(i);
        if (key.startsWith(prefix)) this.items.push(JSON.parse(localStorage.getItem(key)));
      }
    } catch { /* storage is off: messages live as long as the page */ }
    this.items.sort((a, b) => a.at - b.at);
    for (const old of this.items.filter((item) => item.state === 'sent' && Date.now() - item.at > keepSent)) this.settle(old.id);
    addEventListener('online', () => this.flush(true));
  }

  // add takes what is sent, and what is shown of it besides.
  add(body, show = {}) {
    const item = { id: newID(), at: Date.now(), state: 'unsent', body, show };
    this.items.push(item);
    this.keep(item);
    this.flush(true);
    return item;
  }

  // settle forgets a message that is in the transcript.
  settle(id) {
    this.items = this.items.filter((item) => item.id !== id);
    try { localStorage.removeItem(prefix + id); } catch { /* as above */ }
  }

  keep(item) {
    try { localStorage.setItem(prefix + item.id, JSON.stringify(item)); } catch { /* as above */ }
  }

  // flush sends what is unsent, one after the other, so that the order stays.
  async flush(now = false) {
    if (now) { clearTimeout(this.timer); this.wait = 0; }
    if (this.sending) return;
    this.sending = true;
    let item;
    while ((item = this.items.find((i) => i.state === 'unsent'))) {
      const later = await this.post(item);
      if (later) {
        this.timer = setTimeout(() => this.flush(), later);
        break;
      }
    }
    this.sending = false;
  }

  // post sends one message. It returns after how many milliseconds to try again, 0 if that is not needed.
  async post(item) {
    let response;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 15000);
    try {
      response = await fetch(address('messages'), {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: item.id, ...item.body }), signal: stop.signal,
      });
    } catch {
      response = null;
    } finally {
      clearTimeout(timer);
    }
    if (response?.status === 202) {
      item.state = 'sent';
      this.wait = 0;
      this.keep(item);
      this.changed(item);
      return 0;
    }
    const error = response ? (await response.json().catch(() => ({}))).error : null;
    if (response && response.status < 500 && response.status !== 429) {
      item.state = 'refused';
      item.why = error?.message || '没有发出。';
      this.settle(item.id);
      this.changed(item);
      return 0;
    }
    item.why = error?.message || '';
    this.changed(item);
    this.wait = Math.min(30000, this.wait * 2 || 1000);
    return Math.max(this.wait, 1000 * (response?.headers.get('Retry-After') || 0));
  }
}

// listen keeps a stream of events open while the page is looked at, and asks now and then while it isn't: a browser has only six
// connections for all its windows. on has lines, reply, amend, message, typing, and online(true or false).
export function listen(on) {
  const doze = 30000, hiddenPoll = 45000;
  let source = null, last = '', wait = 0, timer = 0, poll = 0;

  function open() {
    clearTimeout(timer);
    clearInterval(poll);
    if (source) return;
    source = new EventSource(address('events', last ? { after: last } : {}));
    const hear = (name, handle) => source.addEventListener(name, (event) => {
      if (event.lastEventId) last = event.lastEventId;
      wait = 0;
      handle(JSON.parse(event.data));
    });
    hear('lines', (data) => { on.online(true); on.lines(data); });
    hear('reply', on.reply);
    hear('amend', on.amend);
    hear('message', on.message);
    hear('typing', on.typing);
    source.onerror = () => {
      on.online(false);
      if (source?.readyState === EventSource.CLOSED) { // the browser gave up: it does after any answer that is not 200
        close();
        wait = Math.min(30000, wait * 2 || 1000);
        timer = setTimeout(open, wait + Math.random() * 500);
      }
    };
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!document.hidden) return open();
    timer = setTimeout(() => {
      close();
      poll = setInterval(() => get('history').then(on.lines, () => {}), hiddenPoll);
    }, doze);
  });
  addEventListener('online', open);
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => event.persisted && open());
  open();
}

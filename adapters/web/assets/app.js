// The chat page: puts what was said into the log, once each, and sends what is written.
import { el, message, reply, when } from './render.js';
import { Outbox, fileURL, get, listen, upload } from './net.js';

const $ = (id) => document.getElementById(id);
const log = $('log'), main = $('scroll'), input = $('text'), maxText = Number(document.body.dataset.max);

// ---- the log

const shown = new Map(); // key of a message or reply → its node
let before = '';         // cursor of earlier lines
let loaded = false;

const act = {
  choose(choice, button) {
    button.classList.add('chosen');
    say({ text: choice.label, action: choice.action });
  },
  locate(button) {
    trouble('');
    if (!navigator.geolocation || !isSecureContext) return trouble('这个浏览器现在不能给出位置。请直接写地址,例如“3栋2单元”。');
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { button.disabled = false; say({ location: { lat: coords.latitude, lon: coords.longitude, label: '我的位置' } }); },
      () => { button.disabled = false; trouble('没有得到位置,可能是没有允许。请直接写地址,例如“3栋2单元”。'); },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  },
};

function nodesOf(line) {
  const nodes = [];
  const take = (key, make, at) => {
    if (shown.has(key)) return;
    const node = make();
    node.dataset.at = at;
    shown.set(key, node);
    nodes.push(node);
  };
  if (line.in) take('m:' + line.in.id, () => message(line.in), line.in.at || line.at);
  (line.out || []).forEach((r, i) => take(`r:${line.id}/${i}`, () => reply(r, act), line.at));
  return nodes;
}

// stamps writes the time above a message that comes after a pause.
function stamps() {
  for (const old of log.querySelectorAll('.when')) old.remove();
  let last = 0;
  for (const node of log.querySelectorAll('article')) {
    const at = new Date(node.dataset.at);
    if (at - last > 10 * 60000) node.before(el('p', { class: 'when', 'aria-hidden': 'true' }, when(at)));
    last = at;
  }
}

function settleOld() {
  const groups = [...log.querySelectorAll('.choices')], articles = [...log.querySelectorAll('article')];
  for (const group of groups) group.classList.toggle('old', group.parentNode !== articles[articles.length - 1]);
  $('welcome').hidden = !loaded || articles.length > 0;
}

const fromEnd = () => main.scrollHeight - main.scrollTop - main.clientHeight;
const nearEnd = () => fromEnd() < 120;
function toEnd() { main.scrollTop = log.firstChild ? main.scrollHeight : 0; $('newer').hidden = true; }

// append puts nodes at the end. The reader stays where he is unless he was at the end; of a long reply he sees the beginning.
function append(nodes, mine = false) {
  if (!nodes.length) return;
  const follow = mine || nearEnd() || !loaded;
  log.append(...nodes);
  stamps();
  settleOld();
  if (!follow) { $('newer').hidden = false; return; }
  toEnd();
  const first = nodes[0];
  if (loaded && !mine && nodes.reduce((sum, n) => sum + n.offsetHeight, 0) > main.clientHeight) main.scrollTop = first.offsetTop - 12;
}

const known = (line) => (line.in && shown.has('m:' + line.in.id)) || (line.out || []).some((_, i) => shown.has(`r:${line.id}/${i}`));

function showLines({ lines, before: cursor }) {
  if (loaded && cursor && log.firstChild && !lines.some(known)) { // away for so long that there is a gap: begin anew
    shown.clear();
    log.replaceChildren();
    loaded = false;
  }
  const nodes = [];
  for (const line of lines) {
    if (line.in) { outbox.settle(line.in.id); answered(line.in.id); mark(line.in.id, ''); }
    nodes.push(...nodesOf(line));
  }
  if (!loaded) {
    before = cursor || '';
    log.append(...nodes);
    for (const item of outbox.items) showMine(item); // written before a reload, not yet answered
    loaded = true;
    stamps();
    settleOld();
    $('earlier').hidden = !before;
    toEnd();
    requestAnimationFrame(() => log.setAttribute('aria-busy', 'false'));
    outbox.flush(true);
    return;
  }
  append(nodes);
  if (nodes.length && document.hidden) unread(nodes.length);
}

$('earlier').addEventListener('click', async () => {
  $('earlier').disabled = true;
  try {
    const page = await get('history', { before });
    const nodes = page.lines.flatMap(nodesOf), height = main.scrollHeight;
    log.setAttribute('aria-busy', 'true');
    log.prepend(...nodes);
    before = page.before || '';
    stamps();
    settleOld();
    main.scrollTop += main.scrollHeight - height;
    $('earlier').hidden = !before;
    log.setAttribute('aria-busy', 'false');
  } catch (error) {
    trouble(error.message);
  }
  $('earlier').disabled = false;
});
$('newer').addEventListener('click', toEnd);

// When the keyboard of a phone opens or the input grows, the end stays in sight.
let atEnd = true;
main.addEventListener('scroll', () => {
  atEnd = fromEnd() < 4;
  if (nearEnd()) $('newer').hidden = true;
}, { passive: true });
new ResizeObserver(() => { if (atEnd) toEnd(); }).observe(main);

// ---- sending

let entered = false; // Enter is down and has sent

const outbox = new Outbox((item) => {
  if (item.state === 'sent') { mark(item.id, ''); acknowledged(item.id); }
  else if (item.state === 'refused') { answered(item.id); mark(item.id, item.why, true, item.body.text); }
  else mark(item.id, item.why || '还没发出,连上后自动发');
});

function showMine(item) {
  const key = 'm:' + item.id;
  if (shown.has(key)) return;
  const node = message({ ...item.body, ...item.show });
  node.dataset.at = new Date(item.at).toISOString();
  shown.set(key, node);
  append([node], true);
  waiting.set(item.id, false);
  if (item.state === 'sent') acknowledged(item.id);
}

function mark(id, text, refused = false, again = '') {
  const node = shown.get('m:' + id), state = node?.querySelector('.state');
  if (!state) return;
  state.hidden = !text;
  state.textContent = text;
  node.classList.toggle('refused', refused);
  if (refused && again) {
    state.append(' ', el('button', { type: 'button', onclick: () => { input.value = again; grow(); input.focus(); } }, '改一改再发'));
  }
}

function say(body, show) {
  trouble('');
  showMine(outbox.add(body, show));
}

function send() {
  const text = input.value.trim();
  if (picked.some((p) => !p.file)) return trouble('还在传照片,传好了再发。');
  if (!text && !picked.length) { trouble('还没有写内容。'); input.focus(); return; }
  if (new TextEncoder().encode(text).length > maxText) {
    return trouble(`太长了。一条最多约${Math.floor(maxText / 300) * 100}个字,请分几条发。`);
  }
  const files = picked.splice(0).map((p) => p.file);
  showPicked();
  say(files.length ? { text, files: files.map((f) => f.ref) } : { text }, files.length ? { files } : {});
  input.value = '';
  grow();
  input.focus();
}

$('say').addEventListener('submit', (event) => { event.preventDefault(); send(); });
input.addEventListener('keydown', (event) => {
  // While a Chinese word is being composed, Enter chooses it. Some browsers only tell by key code 229.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  entered = true;
  send();
});
input.addEventListener('keyup', () => { entered = false; });
// Some keyboards break the line although the key was taken.
input.addEventListener('beforeinput', (event) => { if (entered && event.inputType === 'insertLineBreak') event.preventDefault(); });
input.addEventListener('input', () => { trouble(''); grow(); });
$('starts').addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button) say({ text: button.textContent });
});

// ---- photos and files

const picked = []; // { name, file: what the server gave, undefined while it is on its way }
const most = 9;

if ($('attach')) {
  $('attach').addEventListener('click', () => $('file').click());
  $('file').addEventListener('change', () => { pick([...$('file').files]); $('file').value = ''; });
  input.addEventListener('paste', (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) { event.preventDefault(); pick(files); }
  });
}

function pick(files) {
  trouble('');
  if (picked.length + files.length > most) trouble(`一条消息最多带${most}个文件,多的请下一条再发。`);
  for (const file of files.slice(0, most - picked.length)) {
    const p = { name: file.name };
    picked.push(p);
    upload(file).then((done) => { p.file = done; showPicked(); }, (error) => { drop(p); trouble(error.message); });
  }
  showPicked();
}

function drop(p) {
  if (picked.includes(p)) picked.splice(picked.indexOf(p), 1);
  showPicked();
}

function showPicked() {
  $('picked').hidden = !picked.length;
  $('picked').replaceChildren(...picked.map((p) => el('li', {},
    !p.file ? el('span', { class: 'coming' }, '正在传…') : p.file.kind === 'image' ? el('img', { src: fileURL(p.file), alt: p.name }) : el('span', {}, p.name),
    el('button', { type: 'button', 'aria-label': '去掉 ' + p.name, onclick: () => drop(p) }, '×'))));
}

function grow() {
  input.style.height = 'auto';
  input.style.height = Math.min(input.scrollHeight + 2, innerHeight * 0.35) + 'px';
}

function trouble(text) {
  $('trouble').textContent = text;
  $('trouble').hidden = !text;
}

// ---- waiting for the answer

const waiting = new Map(); // ID of a message without an answer → whether it is acknowledged. The answer may come before the acknowledgement
let patience = 0, someoneTypes = 0;

function acknowledged(id) { if (waiting.has(id)) { waiting.set(id, true); typing(); } }
function answered(id) { if (waiting.delete(id)) typing(); }

function typing() {
  clearTimeout(patience);
  const follow = nearEnd();
  const busy = [...waiting.values()].includes(true);
  $('typing').hidden = !busy && !someoneTypes;
  $('typing-text').textContent = '正在处理';
  if (busy) {
    patience = setTimeout(() => { $('typing-text').textContent = '还在处理。您可以先忙别的,答复会留在这里'; }, 12000);
  }
  if (follow && !$('typing').hidden) toEnd();
}

function typingForNow() {
  clearTimeout(someoneTypes);
  someoneTypes = setTimeout(() => { someoneTypes = 0; typing(); }, 8000);
  typing();
}

// ---- what comes

let missed = 0;
const title = document.title;
function unread(n) { missed += n; document.title = `(${missed}) ${title}`; }
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  missed = 0;
  document.title = title;
  refreshWho();
});

let offline = 0, wasOffline = false;
function online(yes) {
  if (!yes) { // a stream that starts again at once is nobody's worry
    offline = offline || setTimeout(() => { wasOffline = true; net('连不上网络。您写的会先存着,连上后自动发出。'); }, 2500);
    return;
  }
  clearTimeout(offline);
  offline = 0;
  outbox.flush(true);
  if (!wasOffline) return;
  wasOffline = false;
  net('已经连上了。', true);
  setTimeout(() => { if (!wasOffline) net(''); }, 3000);
  refreshWho();
}
function net(text, good = false) {
  $('net').hidden = !text;
  $('net').textContent = text;
  $('net').classList.toggle('good', good);
}

async function refreshWho() {
  try {
    const me = await get('me');
    const parts = [me.name, me.role || '居民', me.unit].filter(Boolean).map((part) => el('span', {}, part));
    $('who').replaceChildren(...parts, ...(me.sample ? [el('span', { class: 'badge' }, '示例')] : []));
  } catch { /* what is shown stays */ }
}

listen({
  online,
  lines: showLines,
  reply({ line, index, at, reply: said }) {
    const key = `r:${line}/${index}`;
    if (shown.has(key)) return;
    if (index === 0 && waiting.size) waiting.delete(waiting.keys().next().value); // answers come in the order of the messages
    clearTimeout(someoneTypes);
    someoneTypes = 0;
    typing();
    const node = reply(said, act);
    node.dataset.at = at;
    shown.set(key, node);
    append([node]);
    if (said.urgent) $('alarm').textContent = said.text.split('\n')[0].replace(/\*\*/g, '');
    if (document.hidden) unread(1);
  },
  amend({ line, index, reply: said }) {
    const key = `r:${line}/${index}`, old = shown.get(key);
    if (!old) return;
    const follow = nearEnd(), node = reply(said, act);
    node.dataset.at = old.dataset.at;
    shown.set(key, node);
    old.replaceWith(node);
    settleOld();
    if (follow) toEnd();
  },
  message(said) {
    append(nodesOf({ in: said, at: said.at }));
    if (!outbox.items.some((item) => item.id === said.id)) typingForNow(); // said in another window
  },
  typing: typingForNow,
});

// ---- large text

const big = $('large');
function large(on) {
  document.documentElement.classList.toggle('large', on);
  big.setAttribute('aria-pressed', String(on));
}
try { large(localStorage.getItem('linli.large') === 'yes'); } catch { /* storage is off */ }
big.addEventListener('click', () => {
  const on = big.getAttribute('aria-pressed') !== 'true';
  large(on);
  try { localStorage.setItem('linli.large', on ? 'yes' : 'no'); } catch { /* storage is off */ }
  grow();
  toEnd();
});
if (matchMedia('(pointer: fine)').matches) input.focus();

// Makes DOM nodes of what Linli says. Text only ever becomes text nodes: nothing here parses HTML.
import { fileURL } from './net.js';

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') node.addEventListener('click', value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// A number is a telephone number by its form and by what stands around it: "拨打119" is, "119元" and "MA-20261123-119" are not.
const candidate = /\d[\d-]*\d/g;
const forms = [
  /^11[09]$|^12[02]$/, /^1[3-9]\d{9}$/, /^0\d{2,3}-?\d{7,8}(-\d{1,5})?$/, /^[48]00-?\d{3}-?\d{4}$/, /^(12|95|96)\d{3}$/,
];
const localForm = /^[2-8]\d{6,7}$/;
const notBefore = /[A-Za-z0-9.#_第¥¥-]$/;
const notAfter = /^[A-Za-z0-9%_:年月日时点分秒元块米栋号楼室层条个次人岁户级页位天件平公万千百余多名家张份期路-]|^\.\d|^\/\d{1,2}(?!\d)/;

export function telephones(text) {
  const found = [];
  for (const match of text.matchAll(candidate)) {
    const number = match[0], before = text.slice(Math.max(0, match.index - 8), match.index), after = text.slice(match.index + number.length);
    const isPhone = forms.some((form) => form.test(number)) || (localForm.test(number) && /电话|拨|热线/.test(before));
    if (isPhone && !notBefore.test(before) && !notAfter.test(after)) found.push({ number, index: match.index });
  }
  return found;
}

function call(number, label = number) {
  return el('a', { href: 'tel:' + number.replace(/-/g, '') }, label);
}

function plain(text) {
  const parts = document.createDocumentFragment();
  let end = 0;
  for (const { number, index } of telephones(text)) {
    parts.append(text.slice(end, index), call(number));
    end = index + number.length;
  }
  parts.append(text.slice(end));
  return parts;
}

function inline(text) {
  const parts = document.createDocumentFragment();
  text.split(/\*\*(.+?)\*\*/).forEach((part, i) => {
    if (part !== '') parts.append(i % 2 ? el('strong', {}, plain(part)) : plain(part));
  });
  return parts;
}

// markup renders the light markup: lines, **bold**, "- " lists.
export function markup(text) {
  const out = document.createDocumentFragment();
  let list = null;
  for (const raw of (text || '').split('\n')) {
    const item = /^\s*[-•]\s+(.*)$/.exec(raw);
    if (item) {
      if (!list) out.append((list = el('ul')));
      list.append(el('li', {}, inline(item[1])));
      continue;
    }
    list = null;
    if (raw.trim() !== '') out.append(el('p', {}, inline(raw.trim())));
  }
  return out;
}

// Only addresses that lead to a page, a telephone or a letter: never javascript:.
export function safeURL(url) {
  try {
    const parsed = new URL(url, location.href);
    return ['https:', 'http:', 'tel:', 'mailto:'].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

function link(label, url, attributes = {}) {
  const href = safeURL(url);
  if (!href) return el('span', {}, label);
  const outside = !href.startsWith(location.origin) && /^http/.test(href);
  return el('a', { href, ...attributes, ...(outside ? { target: '_blank', rel: 'noopener noreferrer' } : {}) }, label);
}

function sources(list) {
  const line = el('p', { class: 'sources' }, '依据:');
  list.forEach((source, i) => {
    if (i) line.append(';');
    line.append(source.url ? link(source.title, source.url) : source.title);
    if (source.checked_on) line.append(el('span', { class: 'checked' }, ` 核对 ${source.checked_on}`));
    if (source.sample) line.append(' ', el('span', { class: 'badge' }, '示例'));
  });
  return line;
}

// files shows photos small, plays recordings, and offers the rest to be saved.
function files(list) {
  const box = el('div', { class: 'files' });
  for (const file of list) {
    const url = fileURL(file);
    if (file.kind === 'image') {
      box.append(el('a', { href: url, target: '_blank', rel: 'noopener' }, el('img', { src: url, alt: file.name || '照片', loading: 'lazy' })));
    } else if (file.kind === 'audio' || file.kind === 'video') {
      box.append(el(file.kind, { src: url, controls: true, preload: 'none' }));
    } else {
      box.append(el('a', { href: url, class: 'open', download: file.name || true }, file.name || '文件'));
    }
  }
  return box;
}

// reply renders one reply. act has choose(choice, button) and locate(button).
export function reply(r, act) {
  const card = el('div', { class: 'card' }, markup(r.text));
  if (r.fields?.length) {
    card.append(el('dl', {}, ...r.fields.map((f) => el('div', {}, el('dt', {}, f.name), el('dd', {}, inline(f.value))))));
  }
  if (r.files?.length) card.append(files(r.files));
  if (r.link) card.append(el('p', { class: 'link' }, link(r.link.label || r.link.url, r.link.url, { class: 'open' })));
  if (r.urgent) {
    const short = (n) => (n.length === 3 ? 0 : 1); // 119 before the duty room
    const numbers = [...new Set(telephones(r.text).map((t) => t.number))].sort((a, b) => short(a) - short(b)).slice(0, 4);
    card.prepend(el('p', { class: 'flag' }, '紧急'));
    if (numbers.length) {
      const buttons = numbers.map((n) => {
        const button = call(n, el('span', {}, '拨打 ', el('span', { class: 'number' }, n)));
        button.className = short(n) ? 'call long' : 'call';
        return button;
      });
      card.append(el('p', { class: 'calls' }, ...buttons));
    }
  }
  if (r.sources?.length) card.append(sources(r.sources));
  const node = el('article', { class: r.urgent ? 'from-linli urgent' : 'from-linli' }, el('span', { class: 'unseen' }, '邻里:'), card);
  if (r.choices?.length || r.ask_location) {
    const group = el('div', { class: 'choices', role: 'group', 'aria-label': '可以选' });
    if (r.ask_location) {
      const button = el('button', { type: 'button', class: 'locate', onclick: () => act.locate(button) }, '发送我的位置');
      group.append(button);
    }
    for (const choice of r.choices || []) {
      const button = el('button', { type: 'button', onclick: () => act.choose(choice, button) }, choice.label);
      group.append(button);
    }
    node.append(group);
  }
  return node;
}

// message renders what the person said.
export function message(m) {
  const card = el('div', { class: 'card' });
  if (m.text) for (const row of m.text.split('\n')) card.append(el('p', {}, row));
  if (m.files?.length) card.append(files(m.files));
  if (m.location) card.append(el('p', { class: 'place' }, `位置 ${m.location.lat.toFixed(5)}, ${m.location.lon.toFixed(5)}`));
  return el('article', { class: 'from-me' }, el('span', { class: 'unseen' }, '您:'), card, el('p', { class: 'state', hidden: true }));
}

const days = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];

// when writes a time as people say it.
export function when(at, now = new Date()) {
  const clock = String(at.getHours()).padStart(2, '0') + ':' + String(at.getMinutes()).padStart(2, '0');
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const ago = Math.round((midnight(now) - midnight(at)) / 86400000);
  if (ago === 0) return '今天 ' + clock;
  if (ago === 1) return '昨天 ' + clock;
  const year = at.getFullYear() === now.getFullYear() ? '' : at.getFullYear() + '年';
  return `${year}${at.getMonth() + 1}月${at.getDate()}日 ${days[at.getDay()]} ${clock}`;
}

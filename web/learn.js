// The lesson's page with script. Without it everything works by forms and links; this only spares
// the loading, moves the drawing, reckons S256 as one types, knows keys, and keeps how far one is
// in this browser. Nothing is sent but the page's own forms.
const KEY = 'grantd.learn';
const KEYS_OFF = 'grantd.learn.keys-off';
const find = (selector, within = document) => within.querySelector(selector);
const words = document.body.dataset;

// ---- how far one is: the same shape as learn.json
const NOTHING = { version: 1, language: '', steps: [], experiments: [], repaired: [], exercises: {}, moves: {} };

function kept(name) {
  try { return localStorage.getItem(name); } catch { return null; } // where storage is off
}

function keep(name, text) {
  try {
    if (text === null) localStorage.removeItem(name); else localStorage.setItem(name, text);
  } catch { /* where storage is off, it ends with the tab */ }
}

const parts = (text) => text.split(' ').filter(Boolean);
const answers = (text) => Object.fromEntries(
  parts(text).map((one) => [one.split(':')[0], one.endsWith(':1')]));

function progress() {
  let before = NOTHING;
  try {
    const read = JSON.parse(kept(KEY));
    if (read?.version === 1) before = { ...NOTHING, ...read };
  } catch { /* damaged: begun anew */ }
  const now = {
    steps: parts(words.steps), experiments: parts(words.experiments), repaired: parts(words.mended),
    exercises: answers(words.exercises), moves: answers(words.moves),
  };
  const list = (value) => (Array.isArray(value) ? value : []);
  const both = (name) => [...new Set([...list(before[name]), ...now[name]])].sort();
  const exercises = { ...before.exercises };
  for (const [id, solved] of Object.entries(now.exercises)) exercises[id] = exercises[id] || solved;
  return {
    version: 1, language: document.documentElement.lang, steps: both('steps'), experiments: both('experiments'),
    repaired: both('repaired'), exercises,
    moves: { ...now.moves, ...before.moves }, // the first prediction counts
  };
}

function markOf(id, done) {
  if (done.repaired.includes(id)) return words.repaired;
  if (done.experiments.includes(id)) return words.broken;
  if (done.steps.includes(id)) return words.seen;
  if (id in done.exercises) return done.exercises[id] ? words.solved : words.tried;
  const move = id.replace('move-', '');
  if (move in done.moves) return done.moves[move] ? words.foreseen : words.played;
  return '';
}

function showProgress() {
  const done = progress();
  keep(KEY, JSON.stringify(done));
  const places = 'main h1[id], .field .tiles a, .flow a, .lines a, .entries a';
  for (const place of document.querySelectorAll(places)) {
    const id = place.id || place.pathname.replace(/^\/learn\/(challenge\/)?/, '');
    const word = markOf(id.replace('exercise-', ''), done);
    if (!word || find('.mk', place)) continue;
    const [mark, said] = [document.createElement('i'), document.createElement('b')];
    mark.className = 'mk';
    said.textContent = word;
    mark.append(' ✓ ', said);
    place.append(mark);
  }
  const count = (answers) => String(Object.values(answers).filter(Boolean).length);
  const score = find('#score');
  if (score) score.textContent = score.textContent.replace(/\d+/, count(done.moves));
  const line = find('#certificate');
  if (line) {
    const values = { steps: done.steps.length, experiments: done.experiments.length,
      exercises: count(done.exercises), moves: count(done.moves), date: line.dataset.date };
    line.textContent = line.dataset.text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  }
}

// ---- forms, in place
function say(text) {
  find('#live').textContent = text;
}

function lost(form, text) {
  const note = document.createElement('div');
  note.className = 'note bad';
  note.textContent = text;
  form.prepend(note);
  say(text);
  for (const button of form.querySelectorAll('button')) button.disabled = false;
}

function openAgain(ids) {
  for (const id of ids) document.getElementById(id)?.setAttribute('open', '');
}

function show(html, does) {
  const answer = new DOMParser().parseFromString(html, 'text/html');
  const open = [...document.querySelectorAll('main details[open][id]')].map(({ id }) => id);
  find('#main').replaceWith(document.adoptNode(find('#main', answer)));
  document.title = answer.title;
  Object.assign(words, answer.body.dataset);
  openAgain(open);
  showProgress();
  const lands = { s256: '#verifier', again: '#stage', 'wait-code': '#moved', 'wait-token': '#moved' };
  const place = find(lands[does] ?? '#answer') ?? find('h1');
  const arrow = find('.flow [aria-current]');
  if (/^(send|predict|repair)$/.test(does)) arrow?.classList.add('sent');
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'nearest' });
  say(does === 's256' ? '' : place.textContent);
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button)); // before the button is off
  button.disabled = true;
  say(words.sending);
  try {
    const answer = await fetch(form.action, {
      method: 'POST', body,
      signal: AbortSignal.timeout(5000),
    });
    const text = await answer.text();
    if (!answer.headers.get('content-type')?.startsWith('text/html')) return lost(form, text);
    return show(text, button.value);
  } catch {
    return lost(form, words.lost);
  }
}

document.addEventListener('submit', (event) => {
  const { target: form, submitter: button } = event;
  if (form.classList.contains('forget')) return keep(KEY, null);
  if (!form.closest('main') || !button) return undefined;
  event.preventDefault();
  return send(form, button);
});

// ---- S256 by hand, as one types
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

function coded(text, others) {
  const out = document.createElement('code');
  for (const letter of text) {
    const part = others.includes(letter) ? document.createElement('mark') : document.createTextNode('');
    part.textContent = letter;
    out.append(part);
  }
  return out;
}

function letters(digest, text) {
  const list = document.createElement('ol');
  list.className = 'bits';
  for (let at = 0; at < digest.length; at += 3) {
    const three = [...digest.slice(at, at + 3)];
    const bits = three.map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const item = document.createElement('li');
    for (const piece of [
      three.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      bits.match(/.{1,6}/g).map((six) => six.padEnd(6, '0')).join(' '),
      [...text.slice(at / 3 * 4, at / 3 * 4 + three.length + 1)].join(' '),
    ]) item.append(coded(piece, ''), ' ');
    const last = document.createElement('b');
    last.append(item.lastElementChild);
    item.append(last);
    list.append(item);
  }
  return list;
}

async function reckon(field) {
  const verifier = field.value;
  const bytes = new TextEncoder().encode(verifier);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  if (field.value !== verifier) return; // typed on meanwhile
  const [length, hex, plain, url] = document.querySelectorAll('#s256-lines dd');
  const fits = /^[A-Za-z0-9._~-]{43,128}$/.test(verifier);
  const said = document.createElement('b');
  said.className = fits ? 'good-ink' : 'bad-ink';
  said.textContent = (fits ? '✓ ' : '✗ ') +
    (fits ? field.dataset.fits : field.dataset.not).replace('{}', bytes.length);
  length.replaceChildren(said);
  hex.replaceChildren(coded([...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''), ''));
  const text = base64(digest);
  plain.replaceChildren(coded(text, '+/='));
  const strong = document.createElement('b');
  strong.append(coded(text.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''), '-_'));
  url.replaceChildren(strong);
  find('#s256-letters').replaceChildren(letters(digest, text));
}

document.addEventListener('input', ({ target }) => {
  if (target.id === 'verifier') reckon(target);
});

// ---- deep links: #step-4, #step-8/break-6, #exercise-E11, #challenge, #word-nonce
function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id) return;
  const place = document.getElementById(id);
  let away = ''; // the list of places only names it
  if (/^(step-|exercise-|challenge$|program$)/.test(id)) away = `/learn/${id}`;
  if (/^(word|mistake)-/.test(id)) away = `/learn/words#${id}`;
  if (away && (!place || location.pathname === '/learn')) {
    location.replace(away);
    return;
  }
  if (!place) return;
  for (let fold = place.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
  place.focus({ preventScroll: true });
  place.scrollIntoView();
  if (/^(word|mistake)-/.test(id)) {
    document.title = `${(find('b', place) ?? place).textContent} · ${document.title.split(' · ').pop()}`;
  }
}

// ---- keys
const press = {
  j: () => find('link[rel=next]') && location.assign(find('link[rel=next]').href),
  k: () => find('link[rel=prev]') && location.assign(find('link[rel=prev]').href),
  b: () => go('#breaks'),
  e: () => go('#exercises'),
  r: () => find('.r')?.click(),
  l: () => turn('#closer'),
  i: () => turn('#inside'),
  '?': () => turn('#keys'),
};

function go(selector) {
  find(selector)?.focus({ preventScroll: true });
  find(selector)?.scrollIntoView();
}

function turn(selector) {
  const fold = find(selector);
  if (!fold) return;
  fold.open = !fold.open;
  find('summary', fold).focus({ preventScroll: true });
  if (fold.open) fold.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('keydown', (event) => {
  const { key, ctrlKey, altKey, metaKey, target } = event;
  if (ctrlKey || altKey || metaKey || kept(KEYS_OFF)) return;
  if (target.closest('select, textarea, input:not([type=radio], [type=checkbox])')) return;
  if (!Object.hasOwn(press, key)) return;
  event.preventDefault();
  press[key]();
});

const keysOn = find('#keys-on');
keysOn.checked = !kept(KEYS_OFF);
keysOn.addEventListener('change', () => keep(KEYS_OFF, keysOn.checked ? null : '1'));
find('#keys').hidden = false;

showProgress();
addEventListener('hashchange', follow);
follow();

// The script of the HTML report: filters, pages and the detail of one event. It runs in the reader's browser, takes its data
// from the element #data and writes text only through textContent, so that nothing from a log is ever read as markup.
(() => {
  const PAGE_ROWS = 50;
  const PRINTED_ROWS = 2000;
  const LEVELS = ['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Informational', 'Debug'];

  const byId = (id) => document.getElementById(id);
  const rows = byId('rows');
  if (rows === null) return; // nothing was found: there is no table
  const { events, rules } = JSON.parse(byId('data').textContent);
  const filters = byId('filters');
  const fields = filters.elements;
  const detail = byId('detail');
  let found = events;
  let page = 0;

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function textOf(event) {
    event.text ??= [
      event.at,
      event.priority,
      event.source,
      event.user,
      event.what,
      event.resource,
      event.where,
      event.how,
      ...event.rules.flatMap((rule) => [rule.name, rule.message]),
      ...event.facts.flat(),
    ]
      .join('\n')
      .toLowerCase();
    return event.text;
  }

  function level(priority) {
    return element('span', { class: `level level-${priority}` }, priority);
  }

  function row(event) {
    const cell = (name, child) =>
      element('td', { 'data-name': name }, typeof child === 'string' ? element('span', { class: 'text' }, child) : child);
    const open = element('button', { type: 'button', class: 'open', 'aria-haspopup': 'dialog' }, event.at);
    open.addEventListener('click', () => show(event));
    return element(
      'tr',
      {},
      cell('Time', open),
      cell('Priority', level(event.priority)),
      cell('Person', event.user),
      cell('What', event.what),
      cell('Resource', event.resource),
      cell('Where', event.where),
      cell('How', event.how),
      cell('Rules', event.rules.map((rule) => rule.name).join(', ')),
    );
  }

  const orders = {
    newest: (a, b) => b.timeMs - a.timeMs,
    oldest: (a, b) => a.timeMs - b.timeMs,
    worst: (a, b) => LEVELS.indexOf(a.priority) - LEVELS.indexOf(b.priority) || b.timeMs - a.timeMs,
  };

  function search() {
    const words = fields.query.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = events
      .filter(
        (event) =>
          (fields.priority.value === '' || event.priority === fields.priority.value) &&
          (fields.person.value === '' || event.user === fields.person.value) &&
          (fields.source.value === '' || event.source === fields.source.value) &&
          words.every((word) => textOf(event).includes(word)),
      )
      .sort(orders[fields.order.value]);
    page = 0;
    draw();
  }

  function draw() {
    const last = Math.max(0, Math.ceil(found.length / PAGE_ROWS) - 1);
    const from = page * PAGE_ROWS;
    rows.replaceChildren(...found.slice(from, from + PAGE_ROWS).map(row));
    byId('shown').textContent = `${found.length.toLocaleString('en-US')} of ${events.length.toLocaleString('en-US')} events`;
    byId('pages').hidden = last === 0;
    byId('page').textContent = `page ${page + 1} of ${last + 1}`;
    byId('previous').disabled = page === 0;
    byId('next').disabled = page === last;
  }

  function turn(by) {
    page += by;
    draw();
    byId('events').scrollIntoView();
  }

  function pairs(list) {
    return element('dl', {}, ...list.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
  }

  // Indents JSON by its text and not by parsing it, so that long numbers, double keys and cut records show as they are.
  function pretty(json) {
    let depth = 0;
    const line = () => `\n${'  '.repeat(Math.min(depth, 40))}`;
    const tokens = json.match(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{},:]|[^\s[\]{},:"]+/g) ?? [];
    const parts = tokens.map((token, index) => {
      if (token === '{' || token === '[') {
        depth++;
        return tokens[index + 1] === '}' || tokens[index + 1] === ']' ? token : token + line();
      }
      if (token === '}' || token === ']') {
        depth--;
        return tokens[index - 1] === '{' || tokens[index - 1] === '[' ? token : line() + token;
      }
      if (token === ',') return token + line();
      return token === ':' ? ': ' : token;
    });
    return parts.join('');
  }

  function show(event) {
    const close = element('button', { type: 'button' }, 'Close');
    close.addEventListener('click', () => detail.close());
    const title = element('h2', { id: 'detail-title' }, `${event.user}: ${event.what} ${event.resource}`.trimEnd());
    const notes = [
      ...(event.raw === undefined ? ['the record did not fit into this report any more; it stands in the file named above'] : []),
      ...(event.rawIsCut ? ['only the beginning of the record is shown'] : []),
    ];
    detail.replaceChildren(
      element('div', { class: 'bar-top' }, title, close),
      element('p', {}, level(event.priority), ` ${event.at} · ${event.where} · ${event.how}`),
      element('h3', {}, 'Why it is here'),
      pairs(event.why),
      element('h3', {}, event.rules.length === 1 ? 'Rule' : 'Rules'),
      ...event.rules.map((rule) =>
        element(
          'div',
          { class: 'rule' },
          level(rule.priority),
          element('strong', {}, ` ${rule.name}`),
          element('p', {}, rule.message),
          ...(Object.hasOwn(rules, rule.name) ? [element('p', { class: 'muted' }, rules[rule.name])] : []),
        ),
      ),
      element('h3', {}, 'What is known'),
      pairs(event.facts),
      element('h3', {}, 'The record'),
      ...notes.map((note) => element('p', { class: 'note' }, note)),
      ...(event.raw === undefined ? [] : [element('pre', { tabindex: '0', 'aria-label': 'The record as JSON' }, pretty(event.raw))]),
    );
    detail.showModal();
    detail.scrollTop = 0;
  }

  filters.hidden = false;
  filters.addEventListener('input', search);
  filters.addEventListener('submit', (event) => event.preventDefault());
  byId('previous').addEventListener('click', () => turn(-1));
  byId('next').addEventListener('click', () => turn(1));
  detail.addEventListener('click', (event) => {
    if (event.target === detail) detail.close(); // the backdrop
  });
  addEventListener('beforeprint', () => rows.replaceChildren(...found.slice(0, PRINTED_ROWS).map(row)));
  addEventListener('afterprint', draw);
  search();
})();

/**
 * The page's only script, as text: it must be the same to the byte wherever the page is made, and a bundler changes functions.
 * It unpacks the rows of each grid, and draws, sorts and filters a hundred at a time. Plain texts only reach the page as text.
 */
export const SCRIPT = `
'use strict';
(() => {
  const SIZE = 100;
  const grids = new Map();
  for (const section of document.querySelectorAll('[data-grid]')) grids.set(section.dataset.grid, grid(section));
  for (const link of document.querySelectorAll('a[data-pick]')) {
    link.addEventListener('click', () => pick('findings', new URLSearchParams(link.dataset.pick)));
  }

  function pick(name, values) {
    const { form, filter } = grids.get(name);
    form.reset();
    for (const [key, value] of values) if (form.elements[key]) form.elements[key].value = value;
    filter();
  }

  function grid(section) {
    const columns = [...section.querySelectorAll('thead th')].map(columnOf);
    const total = unpack(section.dataset.grid, columns);
    const form = section.querySelector('form');
    const pages = section.querySelector('.pages');
    const body = section.querySelector('tbody');
    const status = section.querySelector('[role=status]');
    let rows = Uint32Array.from({ length: total }, (_, row) => row);
    let page = 0;
    let sorted = null;
    let descending = false;

    for (const column of columns) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = column.th.textContent;
      column.th.replaceChildren(button);
      button.addEventListener('click', () => {
        descending = sorted === column ? !descending : column.kind === 'number';
        sorted = column;
        for (const { th } of columns) th.removeAttribute('aria-sort');
        column.th.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
        sort();
        show(0);
      });
    }
    const first = columns.find((column) => column.order.length > 0 && column.key === 'severity');
    if (first) {
      sorted = first;
      first.th.setAttribute('aria-sort', 'ascending');
      sort();
    }
    const filter = () => {
      rows = matching(columns, total, form);
      sort();
      show(0);
    };
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', filter);
    form.addEventListener('reset', () => requestAnimationFrame(filter));
    pages.addEventListener('click', ({ target }) => {
      const last = Math.max(0, Math.ceil(rows.length / SIZE) - 1);
      const to = { first: 0, back: page - 1, on: page + 1, last }[target.dataset.go];
      if (to !== undefined) show(Math.min(last, Math.max(0, to)));
    });
    form.hidden = false;
    show(0);
    return { form, filter };

    function sort() {
      if (!sorted) return;
      const rank = rankOf(sorted);
      const fate = columns.find(({ key }) => key === 'fate');
      const then = fate ? rankOf(fate) : rank;
      const sign = descending ? -1 : 1;
      rows.sort((a, b) => sign * (rank[a] - rank[b]) || then[a] - then[b] || a - b);
    }

    function show(to) {
      page = to;
      const from = page * SIZE;
      const until = Math.min(rows.length, from + SIZE);
      const lines = [];
      for (let place = from; place < until; place++) lines.push(line(columns, rows[place]));
      if (lines.length === 0) lines.push(nothing(columns.length));
      body.replaceChildren(...lines);
      const count = number(rows.length) + (rows.length === total ? '' : ' of ' + number(total));
      status.textContent = rows.length === 0 ? 'None of ' + number(total) + ' matches.'
        : 'Rows ' + number(from + 1) + ' to ' + number(until) + ' of ' + count + '.';
      pages.hidden = rows.length <= SIZE;
      pages.querySelector('.page').textContent = 'Page ' + number(page + 1) + ' of ' + number(Math.max(1, Math.ceil(rows.length / SIZE)));
      for (const go of ['first', 'back']) pages.querySelector('[data-go=' + go + ']').disabled = page === 0;
      for (const go of ['on', 'last']) pages.querySelector('[data-go=' + go + ']').disabled = until >= rows.length;
    }
  }

  function columnOf(th) {
    const { key, kind, order, pick } = th.dataset;
    return { th, key, kind, pick, order: order ? order.split('|') : [], words: [], lower: [], values: null, rank: null };
  }

  function unpack(name, columns) {
    const parts = columns.map(() => []);
    for (const block of document.querySelectorAll('script[data-rows="' + name + '"]')) {
      const packed = JSON.parse(block.textContent);
      columns.forEach((column, place) => {
        for (const word of packed.words[column.key] || []) column.words.push(word);
        parts[place].push(packed.columns[column.key]);
      });
      block.remove();
    }
    columns.forEach((column, place) => {
      column.values = Int32Array.from(parts[place].flat());
      column.lower = column.words.map((word) => word.toLowerCase());
    });
    return columns.length ? columns[0].values.length : 0;
  }

  function rankOf(column) {
    if (column.kind === 'number') return column.values;
    if (column.rank) return column.rank;
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    const place = (word) => { const at = column.order.indexOf(word); return at < 0 ? column.order.length : at; };
    const sorted = column.words.map((word, index) => ({ word, index, place: place(word), empty: word === '' }))
      .sort((a, b) => a.empty - b.empty || a.place - b.place || compare(a.word, b.word));
    const ranks = new Int32Array(sorted.length);
    sorted.forEach(({ index }, rank) => { ranks[index] = rank; });
    column.rank = column.values.map((value) => ranks[value]);
    return column.rank;
  }

  function matching(columns, total, form) {
    const texts = columns.filter(({ kind }) => kind !== 'number');
    const terms = form.elements.text.value.toLowerCase().split(' ').filter(Boolean)
      .map((term) => texts.map(({ lower, values }) => ({ values, marks: Uint8Array.from(lower, (word) => word.includes(term) ? 1 : 0) }))
        .filter(({ marks }) => marks.includes(1)));
    const chosen = texts.filter(({ key }) => form.elements[key] && form.elements[key].value !== '')
      .map(({ key, words, values }) => [{ values, marks: Uint8Array.from(words, (word) => word === form.elements[key].value ? 1 : 0) }]);
    const tests = [...chosen, ...terms];
    const rows = new Uint32Array(total);
    let found = 0;
    for (let row = 0; row < total; row++) {
      if (tests.every((any) => any.some(({ marks, values }) => marks[values[row]] === 1))) rows[found++] = row;
    }
    return rows.slice(0, found);
  }

  function line(columns, row) {
    const tr = document.createElement('tr');
    for (const column of columns) {
      const { kind, values } = column;
      const cell = document.createElement(kind === 'head' ? 'th' : 'td');
      cell.className = kind;
      if (kind === 'number') {
        cell.textContent = number(values[row]);
      } else {
        cell.append(content(column, column.words[values[row]]));
        if (kind === 'head') cell.scope = 'row';
      }
      tr.append(cell);
    }
    return tr;
  }

  function content({ kind, pick: name }, word) {
    if (kind === 'badge') {
      const badge = document.createElement('span');
      badge.className = 'badge';
      badge.dataset.value = word;
      badge.textContent = word;
      return badge;
    }
    if (!name) return word;
    const link = document.createElement('a');
    link.href = '#' + name;
    link.textContent = word;
    link.addEventListener('click', () => pick(name, [['text', word]]));
    return link;
  }

  function nothing(width) {
    const tr = document.createElement('tr');
    const td = document.createElement('td');
    td.colSpan = width;
    td.textContent = 'Nothing matches.';
    tr.append(td);
    return tr;
  }

  function number(value) {
    return String(value).replace(/\\B(?=(\\d{3})+$)/g, ',');
  }
})();
`;

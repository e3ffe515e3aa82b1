
'use strict';

(function () {

const PREFIX = 'nginx_edge_';
const EVERY = 2000;                 // milliseconds between questions
const MINUTES = 5;                  // that plots show at most
const DAY = 86400;
const BOUNDS = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, .01, .03, .1, .3, 1];
const MOST_SERVERS = 60;            // whose figures are kept one by one
const COLORS = 6;

const $ = id => document.getElementById(id);

let points = [];                    // { time, by: { server: sums } }
let families = {};
let server = '';
let paused = false;
let charts = [];


// What there is to say of numbers.

function si(value, unit) {
    const steps = ['', 'k', 'M', 'G', 'T'];
    let n = 0;

    while (Math.abs(value) >= 1000 && n < steps.length - 1) {
        value /= 1000;
        n++;
    }

    const small = Math.abs(value);
    const digits = n === 0 && Number.isInteger(value) ? 0
        : small && small < 10 ? (small < 1 ? 2 : 1) : 0;

    return value.toFixed(digits) + (n || unit ? '\u202f' : '') + steps[n]
        + (unit || '');
}

function seconds(value) {
    if (value >= 1) {
        return value.toFixed(1) + '\u202fs';
    }

    return value >= 1e-3 ? si(value * 1e3) + '\u202fms'
        : si(value * 1e6) + '\u202f\u00b5s';
}

function times(value) {
    return (value < 100 ? value.toFixed(1) : si(value)) + '\u00d7';
}

function left(time) {
    const past = time < 0;
    const t = Math.abs(time);
    const text = t >= 2 * DAY ? Math.floor(t / DAY) + ' days'
        : t >= 7200 ? Math.floor(t / 3600) + ' hours'
        : Math.floor(t / 60) + ' minutes';

    return past ? text + ' ago' : text;
}

function date(time) {
    return new Date(time * 1000).toISOString().replace('T', ' ')
        .replace(/:\d\d\.\d+Z/, ' UTC');
}


// The answer, and what of it is kept.

function samples(name) {
    const family = families[PREFIX + name];

    return family ? family.samples : [];
}

function gauge(name) {
    const list = samples(name);

    return list.length ? list.reduce((sum, s) => sum + s.value, 0) : null;
}

function empty() {
    return { responses: 0, skipped: 0, handshakes: 0, refused: {}, input: {},
        output: {}, buckets: new Array(12).fill(0), versions: {}, groups: {},
        pq: 0 };
}

function add(map, key, value) {
    map[key] = (map[key] || 0) + value;
}

function collect(time) {
    const by = { '': empty() };
    const names = new Set();

    const each = (name, use) => samples(name).forEach(s => {
        const owner = s.labels.server;

        use(by[''], s);

        if (owner === undefined) {
            return;
        }

        names.add(owner);

        if (!by[owner] && names.size <= MOST_SERVERS) {
            by[owner] = empty();
        }

        if (by[owner]) {
            use(by[owner], s);
        }
    });

    each('compression_responses_total', (to, s) => to.responses += s.value);
    each('compression_skipped_total', (to, s) => to.skipped += s.value);
    each('compression_input_bytes_total',
        (to, s) => add(to.input, s.labels.coding, s.value));
    each('compression_output_bytes_total',
        (to, s) => add(to.output, s.labels.coding, s.value));
    each('compression_encoder_seconds', (to, s) =>
        s.buckets.forEach((b, i) => to.buckets[i] += b.count));
    each('tls_handshakes_total', (to, s) => {
        to.handshakes += s.value;
        to.pq += s.labels.post_quantum === 'yes' ? s.value : 0;
        add(to.versions, s.labels.version, s.value);
        add(to.groups, s.labels.group, s.value);
    });
    each('tls_refused_total',
        (to, s) => add(to.refused, s.labels.reason, s.value));
    each('mtls_refused_requests_total',
        (to, s) => add(to.refused, 'request: ' + s.labels.reason, s.value));

    samples('mtls_handshakes_total').forEach(s => {
        if (!/^(verified|resumed|no_certificate)$/.test(s.labels.result)) {
            add(by[''].refused, 'client: ' + s.labels.result, s.value);

            if (by[s.labels.server]) {
                add(by[s.labels.server].refused, 'client: ' + s.labels.result,
                    s.value);
            }
        }
    });

    return { time: time, by: by };
}


// Rates between one point and the next; what began anew counts from there.

function total(map) {
    return Object.values(map).reduce((sum, value) => sum + value, 0);
}

function rate(was, is, span) {
    return Math.max(is - was, 0) / span;
}

function rates(pick) {
    const list = [];

    for (let i = 1; i < points.length; i++) {
        const was = points[i - 1].by[server] || empty();
        const is = points[i].by[server] || empty();
        const span = points[i].time - points[i - 1].time;

        if (span > 0) {
            list.push({ time: points[i].time, values: pick(was, is, span) });
        }
    }

    return list;
}

function mapRates(key) {
    return rates((was, is, span) => {
        const values = {};

        Object.keys(is[key]).forEach(name => {
            values[name] = rate(was[key][name] || 0, is[key][name], span);
        });

        return values;
    });
}

function quantile(buckets, q) {
    const all = buckets.reduce((sum, n) => sum + n, 0);
    let seen = 0;

    if (!all) {
        return null;
    }

    for (let i = 0; i < buckets.length; i++) {
        if (seen + buckets[i] >= q * all && buckets[i]) {
            const from = i ? BOUNDS[i - 1] : 0;
            const to = i < BOUNDS.length ? BOUNDS[i] : BOUNDS[i - 1];

            return from + (to - from) * (q * all - seen) / buckets[i];
        }

        seen += buckets[i];
    }

    return BOUNDS[BOUNDS.length - 1];
}

const ratio = (input, output) => output ? input / output : null;

const PLOTS = [
    { title: 'Throughput', unit: 'bytes a second', kind: 'area',
      format: v => si(v, 'B/s'), data: () => rates((was, is, span) => ({
          'before coding': rate(total(was.input), total(is.input), span),
          'after coding': rate(total(was.output), total(is.output), span)
      })) },

    { title: 'Ratio', unit: 'bytes before to bytes after', kind: 'line',
      order: ['zstd', 'br', 'gzip'], format: times,
      data: () => rates((was, is) => {
          const values = {};

          Object.keys(is.input).forEach(name => {
              values[name] = ratio(
                  Math.max(is.input[name] - (was.input[name] || 0), 0),
                  is.output[name] - (was.output[name] || 0));
          });

          return values;
      }) },

    { title: 'Encoder time', unit: 'a response', kind: 'line',
      format: seconds, data: () => rates((was, is) => {
          const buckets = is.buckets.map((n, i) =>
              Math.max(n - was.buckets[i], 0));

          return { 'half are below': quantile(buckets, .5),
              '95 % are below': quantile(buckets, .95),
              '99 % are below': quantile(buckets, .99) };
      }) },

    { title: 'Handshakes by version', unit: 'a second', kind: 'stack',
      order: ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1'],
      format: v => si(v, '/s'), data: () => mapRates('versions') },

    { title: 'Handshakes by group', unit: 'a second', kind: 'stack',
      order: ['X25519MLKEM768'], format: v => si(v, '/s'),
      data: () => mapRates('groups') },

    { title: 'Refusals', unit: 'a second', kind: 'stack',
      format: v => si(v, '/s'), data: () => mapRates('refused') }
];


// Drawing.

function element(name, attributes, text) {
    const e = document.createElement(name);

    Object.keys(attributes || {}).forEach(key =>
        e.setAttribute(key, attributes[key]));

    if (text !== undefined) {
        e.textContent = text;
    }

    return e;
}

function shape(name, attributes, text) {
    const e = document.createElementNS('http://www.w3.org/2000/svg', name);

    Object.keys(attributes).forEach(key => e.setAttribute(key,
        attributes[key]));

    if (text !== undefined) {
        e.textContent = text;
    }

    return e;
}

function nice(value) {
    const power = Math.pow(10, Math.floor(Math.log10(value)));
    const step = [1, 1.5, 2, 3, 4, 5, 8, 10].find(n => n * power >= value);

    return step * power;
}

function Chart(plot) {
    this.plot = plot;
    this.names = [];
    this.cursor = null;             // steps back from the latest, or null

    const title = element('h3', {}, plot.title + ' ');

    title.append(element('span', { class: 'unit' }, plot.unit));

    this.svg = shape('svg', { tabindex: 0, role: 'img' });
    this.legend = element('ul', { class: 'legend', 'aria-live': 'off' });
    this.box = element('figure', { class: 'chart' });
    this.box.append(title, this.svg, this.legend);

    this.svg.addEventListener('pointermove', e => this.point(e));
    this.svg.addEventListener('pointerleave', () => this.move(null));
    this.svg.addEventListener('blur', () => this.move(null));
    this.svg.addEventListener('keydown', e => this.key(e));
}

Chart.prototype.point = function (event) {
    const box = this.svg.getBoundingClientRect();
    const time = this.from + (event.clientX - box.left - this.edge)
        / (box.width - this.edge) * this.span;
    let best = null;

    this.list.forEach((p, i) => {
        if (best === null || Math.abs(p.time - time)
            < Math.abs(this.list[best].time - time))
        {
            best = i;
        }
    });

    this.move(best === null ? null : this.list.length - 1 - best);
};

Chart.prototype.key = function (event) {
    const last = this.list.length - 1;
    const at = this.cursor === null ? 0 : this.cursor;
    const to = { ArrowLeft: Math.min(at + 1, last), ArrowRight: Math.max(at - 1,
        0), Home: last, End: 0, Escape: null }[event.key];

    if (to !== undefined && last >= 0) {
        event.preventDefault();
        this.move(to);
    }
};

Chart.prototype.move = function (to) {
    this.cursor = to;
    this.draw();
};

// A name keeps its color: known ones come first, then as they appear.

Chart.prototype.name = function (values) {
    if (!this.names.length && this.plot.order) {
        this.names = this.plot.order.slice();
    }

    Object.keys(values).forEach(name => {
        if (!this.names.includes(name)) {
            this.names.push(name);
        }
    });
};

// How many of them plots show: as many as the page is old.

function minutes() {
    const seen = points.length
        ? points[points.length - 1].time - points[0].time : 0;

    return Math.min(Math.max(Math.ceil(seen / 60), 1), MINUTES);
}

Chart.prototype.draw = function () {
    const width = this.svg.clientWidth || 360;
    const height = this.svg.clientHeight || 170;
    const now = points.length ? points[points.length - 1].time : 0;

    this.list = this.plot.data();
    this.list.forEach(p => this.name(p.values));
    this.span = minutes() * 60;
    this.from = now - this.span;
    this.edge = 44;

    const used = this.names.filter(name =>
        this.list.some(p => p.values[name]));
    const heights = this.list.map(p => this.plot.kind === 'stack'
        ? total(p.values)
        : Math.max(0, ...used.map(name => p.values[name] || 0)));
    const max = Math.max(...heights, 0);
    const top = max > 0 ? nice(max) : 1;

    const x = time => this.edge + (time - this.from) / this.span
        * (width - this.edge - 1);
    const y = value => height - 20 - value / top * (height - 28);

    this.svg.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    this.svg.replaceChildren();
    this.axes(x, y, width, height, max > 0 ? top : 0);

    if (max > 0) {
        this.plot.kind === 'stack' ? this.stack(used, x, y)
            : this.lines(used, x, y);
    } else {
        this.svg.append(shape('text', { class: 'empty', x: width / 2 + 20,
            y: height / 2, 'text-anchor': 'middle' }, 'nothing yet'));
    }

    this.tell(used, x, height);
};

Chart.prototype.axes = function (x, y, width, height, top) {
    [0, .5, 1].forEach(part => {
        const at = Math.round(y(part * (top || 1))) + .5;

        this.svg.append(shape('line', { class: 'grid', x1: this.edge,
            x2: width, y1: at, y2: at }));

        if (top) {
            this.svg.append(shape('text', { class: 'axis', x: this.edge - 6,
                y: at + 4, 'text-anchor': 'end' },
                this.plot.format(part * top).replace(/\u202f?(B\/s|\/s)$/,
                '')));
        }
    });

    const step = this.span > 180 ? 120 : this.span > 60 ? 60 : 30;

    for (let ago = 0; ago < this.span; ago += step) {
        this.svg.append(shape('text', { class: 'axis', y: height - 4,
            x: x(this.from + this.span - ago),
            'text-anchor': ago ? 'middle' : 'end' },
            !ago ? 'now' : ago < 60 ? '-' + ago + ' s'
            : '-' + ago / 60 + ' min'));
    }
};

Chart.prototype.color = function (name) {
    return Math.min(this.names.indexOf(name), COLORS - 1);
};

Chart.prototype.lines = function (used, x, y) {
    used.forEach(name => {
        let path = '', first = null, last = null;

        this.list.forEach(p => {
            const value = p.values[name];

            if (value === null || value === undefined) {
                return;
            }

            const at = x(p.time).toFixed(1);

            first = first === null ? at : first;
            last = at;
            path += (path ? 'L' : 'M') + at + ' ' + y(value).toFixed(1);
        });

        if (!path) {
            return;
        }

        if (this.plot.kind === 'area') {
            this.svg.append(shape('path', { class: 'area f' + this.color(name),
                d: path + 'L' + last + ' ' + y(0) + 'L' + first + ' ' + y(0)
                + 'Z' }));
        }

        this.svg.append(shape('path', { class: 'line l' + this.color(name),
            d: path }));
    });
};

Chart.prototype.stack = function (used, x, y) {
    const base = this.list.map(() => 0);

    used.forEach(name => {
        let up = '', down = '';

        this.list.forEach((p, i) => {
            const at = x(p.time).toFixed(1);

            down = 'L' + at + ' ' + y(base[i]).toFixed(1) + down;
            base[i] += p.values[name] || 0;
            up += (up ? 'L' : 'M') + at + ' ' + y(base[i]).toFixed(1);
        });

        this.svg.append(shape('path', { class: 'stack f' + this.color(name),
            d: up + down + 'Z' }));
    });
};

// The legend has the values at the cursor, or the latest.

Chart.prototype.tell = function (used, x, height) {
    const at = this.list[this.list.length - 1 - (this.cursor || 0)];
    const said = [];

    this.legend.replaceChildren();

    if (!at) {
        this.svg.setAttribute('aria-label', this.plot.title + ': nothing yet');
        return;
    }

    if (this.cursor !== null) {
        this.svg.append(shape('line', { class: 'cursor', x1: x(at.time),
            x2: x(at.time), y1: 4, y2: height - 20 }));
        this.legend.append(element('li', { class: 'when' },
            new Date(at.time * 1000).toLocaleTimeString()));
    }

    used.forEach(name => {
        const value = at.values[name];
        const text = value === null || value === undefined ? '\u2013'
            : this.plot.format(value);
        const item = element('li');

        item.append(element('i', { class: 'f' + this.color(name) }),
            name + ' ', element('b', {}, text));
        this.legend.append(item);
        said.push(name + ' ' + text);
    });

    this.svg.setAttribute('aria-label', this.plot.title + ', '
        + this.plot.unit + ': ' + (said.join(', ') || 'nothing yet')
        + '. Arrow keys go back in time.');
};


// Certificates, lists, and what needs attention.

function grade(time, warn) {
    return time < 0 || time < warn / 7 ? 'bad' : time < warn ? 'warn' : 'good';
}

function dated(now) {
    const rows = samples('certificate_not_after_timestamp_seconds').map(s => ({
        what: 'certificate', name: s.labels.subject,
        other: s.labels.server + ', by ' + s.labels.issuer, until: s.value,
        left: s.value - now, grade: grade(s.value - now, 14 * DAY)
    }));
    const entries = {};

    samples('mtls_crl_entries').forEach(s =>
        entries[s.labels.issuer] = s.value);

    samples('mtls_crl_next_update_timestamp_seconds').forEach(s => rows.push({
        what: 'revocation list', name: s.labels.issuer,
        other: si(entries[s.labels.issuer] || 0) + ' revoked', until: s.value,
        left: s.value - now, grade: grade(s.value - now, DAY)
    }));

    return rows.sort((a, b) => a.left - b.left);
}

function attention(rows) {
    const list = [];
    const say = (grade, text) => list.push({ grade: grade, text: text });
    const few = rows.filter(row => row.grade !== 'good');
    const used = gauge('compression_memory_bytes');
    const limit = gauge('compression_memory_limit_bytes');
    const bytes = gauge('policy_store_bytes');
    const most = gauge('policy_store_limit_bytes');

    few.slice(0, 6).forEach(row => say(row.grade, (row.what === 'certificate'
        ? 'The certificate ' : 'The revocation list of ') + row.name
        + (row.what === 'certificate' ? ' of ' + row.other : '')
        + (row.left < 0 ? ' is out of date since ' + left(-row.left)
            : ' is good for ' + left(row.left) + ' more')));

    if (few.length > 6) {
        say('warn', (few.length - 6) + ' more in the table below');
    }

    if (gauge('mtls_crl_load_success') === 0) {
        say('bad', 'Revocation lists could not be loaded; those from before '
            + 'serve');
    } else if (gauge('mtls_crl_load_problems')) {
        say('bad', gauge('mtls_crl_load_problems') + ' revocation lists or '
            + 'files were left aside; the error log names them');
    }

    if (gauge('policy_store_up') === 0) {
        say('bad', 'The store of policies cannot be read');
    }

    if (most && bytes > .8 * most) {
        say('warn', 'The store of policies is ' + Math.round(100 * bytes
            / most) + ' % full');
    }

    if (limit && used > .9 * limit) {
        say('warn', 'Encoders take ' + Math.round(100 * used / limit)
            + ' % of the memory they may have');
    }

    if (gauge('series_left_out_total')) {
        say('warn', 'Some figures are missing: ecg_status_zone is too small');
    }

    list.sort((a, b) => (a.grade === 'warn') - (b.grade === 'warn'));

    return list.length ? list : [{ grade: 'good', text: 'Nothing' }];
}

const MARKS = { good: '\u2713', warn: '!', bad: '\u2715' };

function fill(id, rows) {
    $(id).replaceChildren(...rows);
}

function cell(name, text, options) {
    return element('td', Object.assign({ 'data-name': name }, options), text);
}

function row(cells) {
    const tr = element('tr');

    tr.append(...cells);

    return tr;
}

function drawTables(now) {
    const rows = dated(now);

    fill('attention', attention(rows).map(item => {
        const li = element('li', { class: item.grade });

        li.append(element('span', { class: 'mark', 'aria-hidden': 'true' },
            MARKS[item.grade]), element('span', {}, item.text));

        return li;
    }));

    fill('certificates', rows.length ? rows.slice(0, 500).map(r => {
        const badge = cell('Left', undefined, { class: 'number' });

        badge.append(element('span', { class: 'badge ' + r.grade },
            left(r.left)));

        return row([cell('What', r.what), cell('Name', r.name),
            cell('By or for', r.other), cell('Good until', date(r.until)),
            badge]);
    }) : [row([element('td', { colspan: 5, class: 'none' },
        'There are none, or none that are known.')])]);

    const last = points[points.length - 1];
    const number = { class: 'number' };

    fill('servers', Object.keys(last.by).filter(name => name).sort()
        .map(name => {
            const s = last.by[name];
            const input = total(s.input);
            const output = total(s.output);

            return row([cell('Server', name),
                cell('Coded', si(s.responses), number),
                cell('As they were', si(s.skipped), number),
                cell('Ratio', output ? times(input / output) : '\u2013',
                    number),
                cell('Bytes saved', si(Math.max(input - output, 0), 'B'),
                    number),
                cell('Handshakes', si(s.handshakes), number),
                cell('Refused', si(total(s.refused)), number)]);
        }));
}

function tile(name, big, small) {
    const box = element('div');

    box.append(element('dt', {}, name), element('dd', { class: 'big' }, big),
        element('dd', { class: 'small' }, small));

    return box;
}

// Of the last ten seconds, so that the eye can follow.

function drawTiles() {
    const last = points[points.length - 1];
    const first = points[Math.max(0, points.length - 6)];
    const is = last.by[server] || empty();
    const was = first.by[server] || empty();
    const span = last.time - first.time || 1;
    const input = Math.max(total(is.input) - total(was.input), 0);
    const output = Math.max(total(is.output) - total(was.output), 0);
    const shaken = Math.max(is.handshakes - was.handshakes, 0);
    const used = gauge('compression_memory_bytes');
    const limit = gauge('compression_memory_limit_bytes');

    fill('tiles', [
        tile('Responses coded', si(rate(was.responses, is.responses, span),
            '/s'), si(is.responses) + ' in all'),
        tile('Bandwidth saved', input ? Math.round(100 * Math.max(1 - output
            / input, 0)) + '\u202f%' : '\u2013', si((input - output) / span,
            'B/s')),
        tile('Handshakes', si(shaken / span, '/s'), shaken
            ? Math.round(100 * Math.max(is.pq - was.pq, 0) / shaken)
            + ' % post-quantum' : si(is.handshakes) + ' in all'),
        tile('Refused', si(rate(total(was.refused), total(is.refused), span),
            '/s'), si(total(is.refused)) + ' in all'),
        tile('Encoders', gauge('compression_encoders_busy') === null ? '\u2013'
            : String(gauge('compression_encoders_busy')),
            (gauge('compression_encoders_pooled') || 0) + ' more in the pool'),
        tile('Encoder memory', used === null ? '\u2013' : si(used, 'B'),
            limit ? 'of ' + si(limit, 'B') : 'no limit')
    ]);
}

function drawAll() {
    const now = points[points.length - 1].time;
    const info = samples('info')[0];
    const since = gauge('start_time_seconds');

    if (info) {
        $('about').textContent = 'nginx ' + info.labels.nginx + ', OpenSSL '
            + info.labels.openssl + ', '
            + info.labels.modules.replace(/,/g, ', ');
    }

    if (since) {
        $('since').textContent = date(since);
    }

    $('h-minutes').textContent = 'The last ' + ['minute', 'two minutes',
        'three minutes', 'four minutes', 'five minutes'][minutes() - 1];

    drawTiles();
    charts.forEach(chart => chart.draw());
    drawTables(now);
}

function drawServers() {
    const select = $('server');
    const names = Object.keys(points[points.length - 1].by).filter(n => n)
        .sort();

    if (select.options.length === names.length + 1) {
        return;
    }

    const options = names.map(name => element('option', { value: name },
        name));

    select.replaceChildren(select.options[0], ...options);
    select.value = server;
}


// Asking.

function failed(text) {
    $('state').textContent = text;
    $('state').className = 'state bad';
    document.body.className = '';
}

async function ask() {
    if (paused) {
        return;
    }

    try {
        const response = await fetch(location.pathname + '?format=json',
            { cache: 'no-store' });

        if (!response.ok) {
            failed('The edge answered ' + response.status + '.');
            return;
        }

        const answer = await response.json();

        families = answer.families;
        points.push(collect(answer.time));
        points = points.filter(p => p.time >= answer.time - MINUTES * 60 - 10);

        $('state').textContent = '';
        document.body.className = 'live';

        drawServers();
        drawAll();

    } catch (e) {
        failed('The edge does not answer (' + e.message + ').');
    }
}

function theme(name) {
    document.documentElement.dataset.theme = name;
    $('theme').textContent = name === 'dark' ? 'Light' : 'Dark';
}

const dark = matchMedia('(prefers-color-scheme: dark)');

theme(dark.matches ? 'dark' : 'light');
dark.addEventListener('change', () => theme(dark.matches ? 'dark' : 'light'));

$('theme').addEventListener('click', () =>
    theme(document.documentElement.dataset.theme === 'dark' ? 'light'
        : 'dark'));

$('pause').addEventListener('click', () => {
    paused = !paused;
    $('pause').setAttribute('aria-pressed', paused);
    $('pause').textContent = paused ? 'Go on' : 'Pause';
    document.body.className = paused ? '' : 'live';
});

$('server').addEventListener('change', () => {
    server = $('server').value;
    charts.forEach(chart => { chart.names = []; });
    drawAll();
});

charts = PLOTS.map(plot => new Chart(plot));
$('charts').append(...charts.map(chart => chart.box));
addEventListener('resize', () => points.length && drawAll());

ask();
setInterval(ask, EVERY);

})();

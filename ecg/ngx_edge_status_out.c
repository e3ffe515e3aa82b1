
#include "ngx_edge_status.h"


#define NGX_EDGE_STATUS_PREFIX  "nginx_edge_"
#define NGX_EDGE_STATUS_BUFFER  16384


static void ngx_edge_status_labels(ngx_edge_status_out_t *out,
    const u_char *values, const char *bound);
static void ngx_edge_status_escaped(ngx_edge_status_out_t *out,
    const u_char *text);
static void ngx_edge_status_value(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample);
static void ngx_edge_status_histogram(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample);
static void ngx_edge_status_histogram_json(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample);


static const char  *ngx_edge_status_types[] = {
    "counter", "gauge", "histogram"
};

/* of ngx_edge_metrics_bounds, in seconds */

static const char  *ngx_edge_status_bounds[NGX_EDGE_METRICS_BUCKETS] = {
    "0.00001", "0.00003", "0.0001", "0.0003", "0.001", "0.003", "0.01",
    "0.03", "0.1", "0.3", "1", "+Inf"
};


void
ngx_edge_status_write(ngx_edge_status_out_t *out, const u_char *data,
    size_t len)
{
    size_t        room, n;
    ngx_chain_t  *cl;

    while (len) {

        room = out->buf ? (size_t) (out->buf->end - out->buf->last) : 0;

        if (room == 0) {
            cl = ngx_alloc_chain_link(out->request->pool);
            out->buf = ngx_create_temp_buf(out->request->pool,
                                           NGX_EDGE_STATUS_BUFFER);

            if (cl == NULL || out->buf == NULL) {
                out->failed = 1;
                out->buf = NULL;
                return;
            }

            cl->buf = out->buf;
            cl->next = NULL;
            *out->last = cl;
            out->last = &cl->next;

            room = NGX_EDGE_STATUS_BUFFER;
        }

        n = ngx_min(room, len);

        out->buf->last = ngx_cpymem(out->buf->last, data, n);
        out->size += n;
        data += n;
        len -= n;
    }
}


void
ngx_edge_status_format(ngx_edge_status_out_t *out, const char *fmt, ...)
{
    u_char   buf[512], *p;
    va_list  args;

    va_start(args, fmt);
    p = ngx_vslprintf(buf, buf + sizeof(buf), fmt, args);
    va_end(args);

    ngx_edge_status_write(out, buf, p - buf);
}


void
ngx_edge_status_begin(ngx_edge_status_out_t *out, const char *name,
    ngx_edge_status_type_e type, const char **labels, const char *help)
{
    out->name = name;
    out->type = type;
    out->labels = labels;
    out->total = 0;
    out->samples = 0;

    if (out->json) {
        ngx_edge_status_format(out, "%s\"" NGX_EDGE_STATUS_PREFIX "%s\":"
                               "{\"type\":\"%s\",\"help\":\"%s\","
                               "\"samples\":[",
                               out->families++ ? ",\n" : "", name,
                               ngx_edge_status_types[type], help);
        return;
    }

    ngx_edge_status_format(out, "# HELP " NGX_EDGE_STATUS_PREFIX "%s %s\n",
                           name, help);
    ngx_edge_status_format(out, "# TYPE " NGX_EDGE_STATUS_PREFIX "%s %s\n",
                           name, ngx_edge_status_types[type]);
}


void
ngx_edge_status_end(ngx_edge_status_out_t *out)
{
    if (!out->json) {
        return;
    }

    if (out->type == NGX_EDGE_STATUS_COUNTER) {
        ngx_edge_status_format(out, "],\"total\":%uL}", out->total);
        return;
    }

    ngx_edge_status_format(out, "]}");
}


void
ngx_edge_status_sample(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample)
{
    out->total += sample->value;

    if (out->json) {
        ngx_edge_status_format(out, "%s{\"labels\":",
                               out->samples++ ? ",\n" : "");
        ngx_edge_status_labels(out, sample->labels, NULL);

        if (sample->cells) {
            ngx_edge_status_histogram_json(out, sample);

        } else {
            ngx_edge_status_format(out, ",\"value\":");
            ngx_edge_status_value(out, sample);
        }

        ngx_edge_status_format(out, "}");
        return;
    }

    if (sample->cells) {
        ngx_edge_status_histogram(out, sample);
        return;
    }

    ngx_edge_status_format(out, NGX_EDGE_STATUS_PREFIX "%s", out->name);
    ngx_edge_status_labels(out, sample->labels, NULL);
    ngx_edge_status_format(out, " ");
    ngx_edge_status_value(out, sample);
    ngx_edge_status_format(out, "\n");
}


static void
ngx_edge_status_value(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample)
{
    if (sample->milliseconds) {
        ngx_edge_status_format(out, "%uL.%03uL", sample->value / 1000,
                               sample->value % 1000);
        return;
    }

    ngx_edge_status_format(out, "%uL", sample->value);
}


/* bound: that of a bucket, or NULL */

static void
ngx_edge_status_labels(ngx_edge_status_out_t *out, const u_char *values,
    const char *bound)
{
    const char   *quote, *is;
    ngx_uint_t    n;
    const char  **name;

    if (!out->json && out->labels[0] == NULL && bound == NULL) {
        return;
    }

    quote = out->json ? "\"" : "";
    is = out->json ? ":" : "=";
    n = 0;

    ngx_edge_status_format(out, "{");

    for (name = out->labels; *name; name++) {
        ngx_edge_status_format(out, "%s%s%s%s%s\"", n++ ? "," : "", quote,
                               *name, quote, is);
        ngx_edge_status_escaped(out, values);
        ngx_edge_status_format(out, "\"");

        values += ngx_strlen(values) + 1;
    }

    if (bound) {
        ngx_edge_status_format(out, "%sle=\"%s\"", n ? "," : "", bound);
    }

    ngx_edge_status_format(out, "}");
}


/* What is not ASCII would have to be UTF-8, which names need not be. */

static void
ngx_edge_status_escaped(ngx_edge_status_out_t *out, const u_char *text)
{
    u_char         ch;
    const u_char  *p, *from;

    from = text;

    for (p = text; *p; p++) {

        if (*p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\') {
            continue;
        }

        ngx_edge_status_write(out, from, p - from);
        from = p + 1;

        if (*p == '"' || *p == '\\') {
            ngx_edge_status_write(out, (u_char *) "\\", 1);
            ch = *p;

        } else {
            ch = '?';
        }

        ngx_edge_status_write(out, &ch, 1);
    }

    ngx_edge_status_write(out, from, p - from);
}


static void
ngx_edge_status_histogram(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample)
{
    uint64_t    count, time;
    ngx_uint_t  i;

    count = 0;

    for (i = 0; i < NGX_EDGE_METRICS_BUCKETS; i++) {
        count += sample->cells[NGX_EDGE_METRICS_BUCKET + i];

        ngx_edge_status_format(out, NGX_EDGE_STATUS_PREFIX "%s_bucket",
                               out->name);
        ngx_edge_status_labels(out, sample->labels, ngx_edge_status_bounds[i]);
        ngx_edge_status_format(out, " %uL\n", count);
    }

    time = sample->cells[NGX_EDGE_METRICS_NANOSECONDS];

    ngx_edge_status_format(out, NGX_EDGE_STATUS_PREFIX "%s_sum", out->name);
    ngx_edge_status_labels(out, sample->labels, NULL);
    ngx_edge_status_format(out, " %uL.%09uL\n", time / 1000000000,
                           time % 1000000000);

    /* that of the cells may be of another moment than the buckets */

    ngx_edge_status_format(out, NGX_EDGE_STATUS_PREFIX "%s_count", out->name);
    ngx_edge_status_labels(out, sample->labels, NULL);
    ngx_edge_status_format(out, " %uL\n", count);
}


static void
ngx_edge_status_histogram_json(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample)
{
    uint64_t    time;
    ngx_uint_t  i;

    time = sample->cells[NGX_EDGE_METRICS_NANOSECONDS];

    ngx_edge_status_format(out, ",\"count\":%uL,\"sum\":%uL.%09uL,"
                           "\"buckets\":[",
                           sample->cells[NGX_EDGE_METRICS_COUNT],
                           time / 1000000000, time % 1000000000);

    for (i = 0; i < NGX_EDGE_METRICS_BUCKETS; i++) {
        ngx_edge_status_format(out, "%s{\"le\":\"%s\",\"count\":%uL}",
                               i ? "," : "", ngx_edge_status_bounds[i],
                               sample->cells[NGX_EDGE_METRICS_BUCKET + i]);
    }

    ngx_edge_status_format(out, "]");
}

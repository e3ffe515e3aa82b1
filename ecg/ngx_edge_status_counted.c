
#include "ngx_edge_status.h"


typedef struct {
    const char               *name;
    ngx_edge_status_type_e    type;
    ngx_edge_metrics_kind_e   kind;
    ngx_uint_t                cell;     /* the first one of a histogram */
    const char               *help;
} ngx_edge_status_family_t;


static void ngx_edge_status_family(ngx_edge_status_out_t *out,
    ngx_edge_metrics_shared_t *shared, const ngx_edge_status_family_t *family);


static const char  *ngx_edge_status_label_names[NGX_EDGE_METRICS_KINDS][7] = {
    { "server", "coding", "level", NULL },
    { "server", "reason", NULL },
    { NULL },
    { "server", "version", "group", "post_quantum", "alpn", "resumed", NULL },
    { "server", "reason", NULL },
    { "server", "direction", "alert", NULL },
    { NULL },
    { "operation", NULL },
    { "server", "result", NULL },
    { "server", "result", "reason", NULL },
    { "server", "reason", NULL },
    { NULL },
    { "server", "coding", "sent", "result", NULL }
};


static const ngx_edge_status_family_t  ngx_edge_status_families[] = {

    { "compression_responses_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_CODED, NGX_EDGE_METRICS_COUNT,
      "Responses whose body was coded." },

    { "compression_input_bytes_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_CODED, NGX_EDGE_METRICS_CODED_IN,
      "Bytes of bodies before they were coded." },

    { "compression_output_bytes_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_CODED, NGX_EDGE_METRICS_CODED_OUT,
      "Bytes of bodies after they were coded." },

    { "compression_aborted_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_CODED, NGX_EDGE_METRICS_CODED_ABORTED,
      "Coded responses that ended before their body did." },

    { "compression_encoder_seconds", NGX_EDGE_STATUS_HISTOGRAM,
      NGX_EDGE_METRICS_CODED, NGX_EDGE_METRICS_CODED_TIME,
      "Time that a response spent in its encoders." },

    { "compression_skipped_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_SKIPPED, NGX_EDGE_METRICS_COUNT,
      "Responses not coded, by reason." },

    { "compression_decoded_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_DECODED, NGX_EDGE_METRICS_COUNT,
      "Responses that came coded and were decoded, by what became of it." },

    { "compression_decoded_input_bytes_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_DECODED, NGX_EDGE_METRICS_DECODED_IN,
      "Bytes of bodies before they were decoded." },

    { "compression_decoded_output_bytes_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_DECODED, NGX_EDGE_METRICS_DECODED_OUT,
      "Bytes of bodies after they were decoded." },

    { "compression_encoders_busy", NGX_EDGE_STATUS_GAUGE,
      NGX_EDGE_METRICS_ENCODERS, NGX_EDGE_METRICS_ENCODERS_BUSY,
      "Encoders that responses hold." },

    { "compression_encoders_pooled", NGX_EDGE_STATUS_GAUGE,
      NGX_EDGE_METRICS_ENCODERS, NGX_EDGE_METRICS_ENCODERS_POOLED,
      "Encoders kept for the next responses." },

    { "compression_memory_bytes", NGX_EDGE_STATUS_GAUGE,
      NGX_EDGE_METRICS_ENCODERS, NGX_EDGE_METRICS_ENCODERS_MEMORY,
      "Memory of encoders, of all workers." },

    { "compression_memory_limit_bytes", NGX_EDGE_STATUS_GAUGE,
      NGX_EDGE_METRICS_ENCODERS, NGX_EDGE_METRICS_ENCODERS_CEILING,
      "What that may become in the workers that have encoders, 0: anything." },

    { "compression_parked_frames_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_ENCODERS, NGX_EDGE_METRICS_ENCODERS_PARKED,
      "Frames ended early because their response did not move." },

    { "tls_handshakes_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_TLS_HANDSHAKES, NGX_EDGE_METRICS_COUNT,
      "Handshakes completed." },

    { "tls_refused_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_TLS_REFUSED, NGX_EDGE_METRICS_COUNT,
      "Handshakes refused by policy, by reason." },

    { "tls_alerts_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_TLS_ALERTS, NGX_EDGE_METRICS_COUNT,
      "Handshakes ended by an alert, whoever sent it." },

    { "policy_lookup_seconds", NGX_EDGE_STATUS_HISTOGRAM,
      NGX_EDGE_METRICS_POLICY_LOOKUPS, 0,
      "Time it took to find the policy of a handshake." },

    { "policy_changes_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_POLICY_CHANGES, NGX_EDGE_METRICS_COUNT,
      "Records changed in the store by the API." },

    { "mtls_handshakes_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_MTLS_HANDSHAKES, NGX_EDGE_METRICS_COUNT,
      "Handshakes of servers that ask for client certificates, by result." },

    { "mtls_resumptions_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_MTLS_RESUMPTIONS, NGX_EDGE_METRICS_COUNT,
      "Sessions offered for resumption, and what became of them." },

    { "mtls_refused_requests_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_MTLS_REFUSED, NGX_EDGE_METRICS_COUNT,
      "Requests refused for what their connection is, by reason." },

    { "mtls_closed_connections_total", NGX_EDGE_STATUS_COUNTER,
      NGX_EDGE_METRICS_MTLS_CLOSED, NGX_EDGE_METRICS_COUNT,
      "Connections closed as their client was revoked." }
};


void
ngx_edge_status_counted(ngx_edge_status_out_t *out,
    ngx_edge_metrics_shared_t *shared)
{
    ngx_uint_t  i, n;

    n = sizeof(ngx_edge_status_families) / sizeof(ngx_edge_status_family_t);

    for (i = 0; i < n; i++) {

        /* what nobody counts is left out, not said to be none */

        if (shared->first[ngx_edge_status_families[i].kind]) {
            ngx_edge_status_family(out, shared, &ngx_edge_status_families[i]);
        }
    }
}


static void
ngx_edge_status_family(ngx_edge_status_out_t *out,
    ngx_edge_metrics_shared_t *shared, const ngx_edge_status_family_t *family)
{
    uint64_t                    cells[NGX_EDGE_METRICS_HISTOGRAM];
    ngx_uint_t                  i;
    ngx_edge_status_sample_t    sample;
    ngx_edge_metrics_series_t  *series;

    ngx_edge_status_begin(out, family->name, family->type,
                          ngx_edge_status_label_names[family->kind],
                          family->help);

    ngx_memzero(&sample, sizeof(ngx_edge_status_sample_t));

    for (series = shared->first[family->kind]; series; series = series->next) {

        sample.labels = series->labels;

        if (family->type == NGX_EDGE_STATUS_HISTOGRAM) {

            for (i = 0; i < NGX_EDGE_METRICS_HISTOGRAM; i++) {
                cells[i] = ngx_edge_metrics_sum(series, family->cell + i, 0);
            }

            sample.cells = cells;

        } else {
            sample.value = ngx_edge_metrics_sum(series, family->cell,
                                                family->type
                                                == NGX_EDGE_STATUS_GAUGE);
        }

        ngx_edge_status_sample(out, &sample);
    }

    ngx_edge_status_end(out);
}

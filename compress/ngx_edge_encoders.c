
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_edge_encoders.h"


/* short of memory, an encoder may be taken from who has rested this long */
#define NGX_EDGE_ENCODERS_REST  100

/* the timer looks no more often than this */
#define NGX_EDGE_ENCODERS_TICK  50


static void ngx_edge_encoders_timer(ngx_event_t *ev);


ngx_int_t
ngx_edge_encoders_ready(ngx_edge_encoders_t *encoders, ngx_log_t *log)
{
    if (encoders->pool) {
        return NGX_OK;
    }

    encoders->pool = edge_pool_create(encoders->ceiling, encoders->idle_max);
    if (encoders->pool == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_init(&encoders->borrowers);

    encoders->log = ngx_cycle->log;
    encoders->timer.handler = ngx_edge_encoders_timer;
    encoders->timer.data = encoders;
    encoders->timer.log = ngx_cycle->log;
    encoders->timer.cancelable = 1;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, log, 0,
                   "edge encoders: ceiling:%uz idle:%ui",
                   encoders->ceiling, encoders->idle_max);

    return NGX_OK;
}


void
ngx_edge_encoders_destroy(void *data)
{
    ngx_edge_encoders_t *encoders = data;

    if (encoders->pool == NULL) {
        return;
    }

    if (encoders->timer.timer_set) {
        ngx_del_timer(&encoders->timer);
    }

    edge_pool_destroy(encoders->pool);
    encoders->pool = NULL;

    if (encoders->scratch) {
        ngx_free(encoders->scratch);
        encoders->scratch = NULL;
    }
}


/* whoever has rested longest, if for so many milliseconds, or NULL */

static ngx_edge_borrower_t *
ngx_edge_encoders_resting(ngx_edge_encoders_t *encoders, ngx_msec_t rest)
{
    ngx_edge_borrower_t  *borrower;

    if (ngx_queue_empty(&encoders->borrowers)) {
        return NULL;
    }

    borrower = ngx_queue_data(ngx_queue_head(&encoders->borrowers),
                              ngx_edge_borrower_t, queue);

    return (ngx_current_msec - borrower->touched >= rest) ? borrower : NULL;
}


static ngx_uint_t
ngx_edge_encoders_reclaim(ngx_edge_encoders_t *encoders)
{
    ngx_edge_borrower_t  *borrower;

    borrower = ngx_edge_encoders_resting(encoders, NGX_EDGE_ENCODERS_REST);

    if (borrower == NULL) {
        return 0;
    }

    borrower->park(borrower);

    return 1;
}


edge_lent_t *
ngx_edge_encoders_take(ngx_edge_encoders_t *encoders,
    const ngx_edge_coding_t *coding, uint64_t size, ngx_uint_t whole)
{
    edge_lent_t  *lent;

    do {
        lent = edge_pool_take(encoders->pool, coding->codec, coding->params,
                              size, whole);

    } while (lent == NULL && ngx_edge_encoders_reclaim(encoders));

    if (lent == NULL && !whole) {
        lent = edge_pool_take(encoders->pool, coding->codec, coding->frugal,
                              size, whole);
    }

    if (lent == NULL) {
        lent = edge_pool_take(encoders->pool, coding->stored, coding->params,
                              size, whole);
    }

    return lent;
}


ngx_uint_t
ngx_edge_encoders_has_room(ngx_edge_encoders_t *encoders,
    const ngx_edge_coding_t *coding, uint64_t size, ngx_uint_t whole)
{
    return edge_pool_has_room(encoders->pool, coding->codec, coding->params,
                              size, whole)
           || ngx_edge_encoders_resting(encoders, NGX_EDGE_ENCODERS_REST)
           || (!whole
               && edge_pool_has_room(encoders->pool, coding->codec,
                                     coding->frugal, size, whole));
}


void
ngx_edge_encoders_hold(ngx_edge_encoders_t *encoders,
    ngx_edge_borrower_t *borrower)
{
    if (borrower->queue.next) {
        ngx_queue_remove(&borrower->queue);
    }

    borrower->touched = ngx_current_msec;
    ngx_queue_insert_tail(&encoders->borrowers, &borrower->queue);

    if (!encoders->timer.timer_set) {
        ngx_add_timer(&encoders->timer, encoders->idle_time);
    }
}


void
ngx_edge_encoders_give(ngx_edge_encoders_t *encoders,
    ngx_edge_borrower_t *borrower, edge_lent_t *lent)
{
    if (borrower->queue.next) {
        ngx_queue_remove(&borrower->queue);
        borrower->queue.next = NULL;
    }

    edge_pool_give(encoders->pool, lent);
}


static void
ngx_edge_encoders_timer(ngx_event_t *ev)
{
    ngx_msec_t            rested;
    ngx_edge_borrower_t  *borrower;
    ngx_edge_encoders_t  *encoders;

    encoders = ev->data;

    for ( ;; ) {
        borrower = ngx_edge_encoders_resting(encoders, encoders->idle_time);

        if (borrower == NULL) {
            break;
        }

        borrower->park(borrower);
    }

    borrower = ngx_edge_encoders_resting(encoders, 0);

    if (borrower) {
        rested = ngx_current_msec - borrower->touched;

        ngx_add_timer(ev, ngx_max(encoders->idle_time - rested,
                                  NGX_EDGE_ENCODERS_TICK));
    }
}


u_char *
ngx_edge_encoders_scratch(ngx_edge_encoders_t *encoders, size_t size)
{
    if (encoders->scratch_size < size) {

        if (encoders->scratch) {
            ngx_free(encoders->scratch);
        }

        encoders->scratch = ngx_alloc(size, encoders->log);
        encoders->scratch_size = encoders->scratch ? size : 0;
    }

    return encoders->scratch;
}

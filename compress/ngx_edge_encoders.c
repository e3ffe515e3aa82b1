
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_edge_encoders.h"


/* short of memory, who is moving may be parked after resting this long */
#define NGX_EDGE_ENCODERS_REST  100

/* the timer looks no more often than this */
#define NGX_EDGE_ENCODERS_TICK  50


static unsigned ngx_edge_encoders_make_room(void *data);
static void ngx_edge_encoders_timer(ngx_event_t *ev);
static void ngx_edge_encoders_publish(ngx_edge_encoders_t *encoders);


const ngx_edge_coding_t *
ngx_edge_coder_coding(const ngx_edge_coder_t *coder, uint64_t size)
{
    return &coder->coding[edge_level_find(size)];
}


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

    edge_pool_reclaim_by(encoders->pool, ngx_edge_encoders_make_room,
                         encoders);

    ngx_queue_init(&encoders->moving);
    ngx_queue_init(&encoders->quiet);

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


static ngx_uint_t
ngx_edge_encoders_drop_slab(ngx_edge_encoders_t *encoders)
{
    ngx_edge_slab_t  *slab;

    slab = encoders->slabs;
    if (slab == NULL) {
        return 0;
    }

    encoders->slabs = slab->next;
    encoders->nslabs--;
    edge_memory_free(edge_pool_memory(encoders->pool), slab);

    return 1;
}


static void
ngx_edge_encoders_shrink(ngx_str_t *memory)
{
    if (memory->data) {
        ngx_free(memory->data);
        ngx_str_null(memory);
    }
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

    while (ngx_edge_encoders_drop_slab(encoders)) { /* void */ }

    edge_pool_destroy(encoders->pool);
    encoders->pool = NULL;

    ngx_edge_encoders_shrink(&encoders->scratch);
    ngx_edge_encoders_shrink(&encoders->input);
}


/* who has rested longest of a queue, if for so many milliseconds, or NULL */

static ngx_edge_borrower_t *
ngx_edge_encoders_resting(ngx_queue_t *queue, ngx_msec_t rest)
{
    ngx_edge_borrower_t  *borrower;

    if (ngx_queue_empty(queue)) {
        return NULL;
    }

    borrower = ngx_queue_data(ngx_queue_head(queue), ngx_edge_borrower_t,
                              queue);

    return (ngx_current_msec - borrower->touched >= rest) ? borrower : NULL;
}


/* whom to park when memory is short, or NULL */

static ngx_edge_borrower_t *
ngx_edge_encoders_victim(ngx_edge_encoders_t *encoders)
{
    ngx_edge_borrower_t  *borrower;

    borrower = ngx_edge_encoders_resting(&encoders->quiet, 0);

    if (borrower == NULL) {
        borrower = ngx_edge_encoders_resting(&encoders->moving,
                                             NGX_EDGE_ENCODERS_REST);
    }

    return borrower;
}


static ngx_uint_t
ngx_edge_encoders_reclaim(ngx_edge_encoders_t *encoders)
{
    ngx_edge_borrower_t  *borrower;

    if (ngx_edge_encoders_drop_slab(encoders)) {
        return 1;
    }

    borrower = ngx_edge_encoders_victim(encoders);

    if (borrower == NULL) {
        return 0;
    }

    encoders->parked++;
    borrower->park(borrower, 0);

    return 1;
}


/* for decoders: something that nobody needs now, be it parked, is freed */

static unsigned
ngx_edge_encoders_make_room(void *data)
{
    ngx_edge_encoders_t *encoders = data;

    return edge_pool_evict(encoders->pool)
           || ngx_edge_encoders_reclaim(encoders);
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

    ngx_edge_encoders_publish(encoders);

    return lent;
}


static void
ngx_edge_encoders_publish(ngx_edge_encoders_t *encoders)
{
    if (encoders->publish) {
        encoders->publish(encoders);
    }
}


ngx_uint_t
ngx_edge_encoders_has_room(ngx_edge_encoders_t *encoders,
    const ngx_edge_coding_t *coding, uint64_t size, ngx_uint_t whole)
{
    return edge_pool_has_room(encoders->pool, coding->codec, coding->params,
                              size, whole)
           || ngx_edge_encoders_victim(encoders)
           || (!whole
               && edge_pool_has_room(encoders->pool, coding->codec,
                                     coding->frugal, size, whole));
}


void
ngx_edge_encoders_hold(ngx_edge_encoders_t *encoders,
    ngx_edge_borrower_t *borrower, ngx_uint_t quiet)
{
    ngx_queue_t  *queue;

    if (borrower->queue.next) {
        ngx_queue_remove(&borrower->queue);
    }

    queue = quiet ? &encoders->quiet : &encoders->moving;

    borrower->touched = ngx_current_msec;
    ngx_queue_insert_tail(queue, &borrower->queue);

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

    ngx_edge_encoders_publish(encoders);
}


/* parks who has rested enough; the time until the next will have, or 0 */

static ngx_msec_t
ngx_edge_encoders_park(ngx_edge_encoders_t *encoders, ngx_queue_t *queue)
{
    ngx_edge_borrower_t  *borrower;

    for ( ;; ) {
        borrower = ngx_edge_encoders_resting(queue, encoders->idle_time);

        if (borrower == NULL) {
            break;
        }

        encoders->parked++;
        borrower->park(borrower, 1);

        /* an encoder that nobody waits for: keep no more than there were */

        (void) edge_pool_evict(encoders->pool);
        ngx_edge_encoders_publish(encoders);
    }

    borrower = ngx_edge_encoders_resting(queue, 0);

    if (borrower == NULL) {
        return 0;
    }

    return encoders->idle_time - (ngx_current_msec - borrower->touched);
}


static void
ngx_edge_encoders_timer(ngx_event_t *ev)
{
    ngx_msec_t            moving, quiet, next;
    ngx_edge_encoders_t  *encoders;

    encoders = ev->data;

    moving = ngx_edge_encoders_park(encoders, &encoders->moving);
    quiet = ngx_edge_encoders_park(encoders, &encoders->quiet);

    next = (moving && quiet) ? ngx_min(moving, quiet) : moving | quiet;

    if (next) {
        ngx_add_timer(ev, ngx_max(next, NGX_EDGE_ENCODERS_TICK));
    }
}


ngx_edge_slab_t *
ngx_edge_encoders_take_slab(ngx_edge_encoders_t *encoders)
{
    ngx_edge_slab_t  *slab;

    slab = encoders->slabs;

    if (slab) {
        encoders->slabs = slab->next;
        encoders->nslabs--;
        return slab;
    }

    do {
        slab = edge_memory_alloc(edge_pool_memory(encoders->pool),
                                 sizeof(ngx_edge_slab_t));

    } while (slab == NULL && edge_pool_evict(encoders->pool));

    return slab;
}


void
ngx_edge_encoders_give_slab(ngx_edge_encoders_t *encoders,
    ngx_edge_slab_t *slab)
{
    slab->next = encoders->slabs;
    encoders->slabs = slab;
    encoders->nslabs++;

    if (encoders->nslabs > encoders->idle_max) {
        (void) ngx_edge_encoders_drop_slab(encoders);
    }
}


static u_char *
ngx_edge_encoders_grow(ngx_edge_encoders_t *encoders, ngx_str_t *memory,
    size_t size)
{
    if (memory->len < size) {

        if (memory->data) {
            ngx_free(memory->data);
        }

        memory->data = ngx_alloc(size, encoders->log);
        memory->len = memory->data ? size : 0;
    }

    return memory->data;
}


u_char *
ngx_edge_encoders_scratch(ngx_edge_encoders_t *encoders, size_t size)
{
    return ngx_edge_encoders_grow(encoders, &encoders->scratch, size);
}


u_char *
ngx_edge_encoders_input(ngx_edge_encoders_t *encoders, size_t size)
{
    return ngx_edge_encoders_grow(encoders, &encoders->input, size);
}

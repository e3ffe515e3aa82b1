
#ifndef EDGE_FRESHNESS_H
#define EDGE_FRESHNESS_H


#include <stddef.h>
#include <stdint.h>


/* How long a shared cache may use a response (RFC 9111, 3 and 4.2). */

typedef struct {
    unsigned  no_store;         /* 1: it must not be kept by such a cache: */
    unsigned  is_private;       /* "private", with fields or without */
    unsigned  no_cache;         /* the same */
    int64_t   max_age;          /* seconds, -1: none */
    int64_t   s_maxage;
} edge_cache_control_t;


/* no time is known */
#define EDGE_FRESHNESS_NONE  INT64_MIN

/* no response is fresh for longer */
#define EDGE_FRESHNESS_MAX   (10 * 366 * 86400)


void edge_cache_control_init(edge_cache_control_t *control);

/* Adds what a line of Cache-Control says. */
void edge_cache_control_read(edge_cache_control_t *control,
    const char *field, size_t size);

/* Seconds of a field Age; one that can't be read is over any time. */
int64_t edge_freshness_read_age(const char *field, size_t size);

/*
 * The seconds for which a shared cache may still use a response; 0: it may
 * not be kept at all, is stale, or does not say.  date and expires: fields
 * of the response in seconds since 1970 or EDGE_FRESHNESS_NONE, of which
 * date must be known where expires is; an Expires that can't be read is 0.
 */
int64_t edge_freshness_left(const edge_cache_control_t *control,
    int64_t date, int64_t expires, int64_t age);


#endif /* EDGE_FRESHNESS_H */

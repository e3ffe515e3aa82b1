
#ifndef NGX_EDGE_DICTIONARIES_H
#define NGX_EDGE_DICTIONARIES_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_dictionary.h"
#include "edge_match_pattern.h"
#include "ngx_edge_encoders.h"
#include "ngx_edge_headers.h"


/* Dictionaries of RFC 9842, as the directive "compression_dictionary" says. */


/* measured by "make bench BENCH_PARTS=dictionaries" */
#define NGX_EDGE_DICTIONARY_DCZ_LEVEL  5
#define NGX_EDGE_DICTIONARY_DCB_LEVEL  5


/* those that origins make, see ngx_edge_dictionary_store.h */
typedef struct ngx_edge_dictionary_store_s  ngx_edge_dictionary_store_t;


/* a file at some levels: read and prepared once, wherever it is named */

typedef struct {
    ngx_str_t           path;
    ngx_str_t           content;
    time_t              modified;
    int                 dcz_level;      /* or EDGE_DICTIONARY_OFF */
    int                 dcb_level;
    edge_dictionary_t  *dictionary;
    ngx_edge_coder_t    dcz;
    ngx_edge_coder_t    dcb;
} ngx_edge_dictionary_file_t;


/* what one directive says of it */

typedef struct {
    ngx_edge_dictionary_file_t  *file;
    edge_match_pattern_t         match;
    ngx_array_t                  dests;     /* ngx_str_t; none: all */
    ngx_str_t                    use_as;    /* Use-As-Dictionary */
} ngx_edge_dictionary_t;


/*
 * Reads the arguments of a directive, adds what they say to *dictionaries,
 * and the file to files (ngx_edge_dictionary_file_t *).  compat: there is
 * nothing but the file's name.  NULL, or what is wrong is logged and
 * NGX_CONF_ERROR returned.
 */
char *ngx_edge_dictionaries_add(ngx_conf_t *cf, ngx_array_t *files,
    ngx_array_t **dictionaries, ngx_uint_t compat);

/* The coders of a file, once its dictionary is prepared. */
void ngx_edge_dictionaries_fill_coders(ngx_edge_dictionary_file_t *file);

/*
 * The dictionary that the client has announced and the response may be coded
 * with, or NULL: of dictionaries, else of the store, where these are there.
 */
const ngx_edge_dictionary_t *ngx_edge_dictionaries_find(ngx_http_request_t *r,
    ngx_array_t *dictionaries, ngx_edge_dictionary_store_t *store,
    ngx_edge_headers_t *headers);

/*
 * Puts dcz and dcb in front of the count codings in order, where zstd and br
 * are among these; there must be room for two more.  Returns how many.
 */
ngx_uint_t ngx_edge_dictionaries_order(const ngx_edge_dictionary_t *dictionary,
    edge_coding_e *order, ngx_uint_t count);

/* Use-As-Dictionary on a response that is one of the files. */
ngx_int_t ngx_edge_dictionaries_announce(ngx_http_request_t *r,
    ngx_array_t *dictionaries, ngx_edge_headers_t *headers);


#endif /* NGX_EDGE_DICTIONARIES_H */

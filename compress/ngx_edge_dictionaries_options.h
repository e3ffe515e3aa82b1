
#ifndef NGX_EDGE_DICTIONARIES_OPTIONS_H
#define NGX_EDGE_DICTIONARIES_OPTIONS_H


#include "ngx_edge_dictionaries.h"


/* the parameters of "compression_dictionary" */

typedef struct {
    ngx_str_t   match;
    ngx_str_t   dest;
    ngx_str_t   id;
    ngx_uint_t  dcb_asked;
    int         dcz_level;
    int         dcb_level;
} ngx_edge_dictionary_options_t;


/*
 * Reads the parameters behind the name of the file: the levels into options,
 * which has the defaults, and the rest into dictionary, too.
 */
char *ngx_edge_dictionaries_read_options(ngx_conf_t *cf,
    ngx_edge_dictionary_options_t *options,
    ngx_edge_dictionary_t *dictionary);


#endif /* NGX_EDGE_DICTIONARIES_OPTIONS_H */

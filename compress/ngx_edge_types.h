
#ifndef NGX_EDGE_TYPES_H
#define NGX_EDGE_TYPES_H


#include <ngx_config.h>
#include <ngx_core.h>


/* The media types that are compressed by default, up to a null string. */
extern ngx_str_t  ngx_edge_types[];


#endif /* NGX_EDGE_TYPES_H */

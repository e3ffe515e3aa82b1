
#ifndef _NGX_EDGE_PARAMETERS_H_INCLUDED_
#define _NGX_EDGE_PARAMETERS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Looks at the parameters "key=value" of the directive in cf->args.  Returns
 * NGX_OK, or NGX_ERROR with a message if a key is there twice, where the later
 * value would take the place of the earlier one unseen.
 */

ngx_int_t ngx_edge_parameters_differ(ngx_conf_t *cf);


/* Whether arg is name, as "key=", with a value, which value is set to. */

#define ngx_edge_parameters_takes(arg, name, value)                          \
    ((arg)->len > sizeof(name) - 1                                           \
     && ngx_strncmp((arg)->data, name, sizeof(name) - 1) == 0                \
     && ((value)->data = (arg)->data + sizeof(name) - 1,                     \
         (value)->len = (arg)->len - (sizeof(name) - 1), 1))


#endif /* _NGX_EDGE_PARAMETERS_H_INCLUDED_ */

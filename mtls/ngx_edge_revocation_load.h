
/* One loading of the revocation lists, step by step, by master or worker. */


#ifndef _NGX_EDGE_REVOCATION_LOAD_H_INCLUDED_
#define _NGX_EDGE_REVOCATION_LOAD_H_INCLUDED_


#include "ngx_edge_revocation.h"


typedef struct ngx_edge_revocation_task_s  ngx_edge_revocation_task_t;


/* Zeroed at first, but for rev; rest may be NULL. */

struct ngx_edge_revocation_task_s {
    ngx_edge_revocation_t            *rev;
    u_char                            files[32];
    ngx_uint_t                        unchanged;
    edge_revocation_report_t          report;
    edge_revocation_build_result_e    result;
    void                            (*rest)(void);
    void                            (*step)(ngx_edge_revocation_task_t *task);
};


/* Makes this process the one that loads, if no other does; and no longer. */

ngx_uint_t ngx_edge_revocation_acquire(ngx_edge_revocation_t *rev);
void ngx_edge_revocation_release(ngx_edge_revocation_t *rev);


/*
 * Builds an index in the slot that is not read, unless no file has changed.
 * May be called by a thread: it uses no pool and no log.
 */

void ngx_edge_revocation_build(ngx_edge_revocation_task_t *task);


/*
 * Makes the index that was built the one that is read, and logs; the old one
 * stays if there is none.
 */

ngx_int_t ngx_edge_revocation_publish(ngx_edge_revocation_task_t *task,
    ngx_log_t *log);


/*
 * Gives back the memory of the index that is not read any more; by a thread,
 * too.  Readers that are late see that the generation is another.
 */

void ngx_edge_revocation_clear_old(ngx_edge_revocation_task_t *task);


/* Sleeps if there was much work since the last time: leaves time to others. */

void ngx_edge_revocation_rest(void);


#endif /* _NGX_EDGE_REVOCATION_LOAD_H_INCLUDED_ */

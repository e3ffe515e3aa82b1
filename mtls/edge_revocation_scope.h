
/*
 * Adds the lists of one scope to an index: a base list and its deltas.  What a
 * delta takes out of its base list may be in lists of other scopes, and stays.
 */


#ifndef _EDGE_REVOCATION_SCOPE_H_INCLUDED_
#define _EDGE_REVOCATION_SCOPE_H_INCLUDED_


#include "edge_revocation_lists.h"


/*
 * The index is that of the report, and has room for all entries of the lists.
 * A list that is no more what it was is a problem of the report.
 */

edge_revocation_build_result_e edge_revocation_scope_add(
    edge_revocation_lists_t *lists, const edge_revocation_list_t *base);


#endif /* _EDGE_REVOCATION_SCOPE_H_INCLUDED_ */

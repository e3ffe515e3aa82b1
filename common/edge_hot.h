
/*
 * Marks what runs in each handshake: the compiler lays it side by side.  Code
 * that runs once in a third of a millisecond finds caches cold, and each page
 * it is on costs more than what it does there.
 */


#ifndef _EDGE_HOT_H_INCLUDED_
#define _EDGE_HOT_H_INCLUDED_


#define EDGE_HOT  __attribute__((hot))


#endif /* _EDGE_HOT_H_INCLUDED_ */

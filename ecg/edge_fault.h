
/*
 * Reading a mapped file that somebody may cut short or overwrite: a fault ends
 * the reading, not the process.
 */


#ifndef _EDGE_FAULT_H_INCLUDED_
#define _EDGE_FAULT_H_INCLUDED_


/*
 * Calls run(data).  Returns 0 if it was left by SIGBUS, SIGSEGV,
 * SIGFPE or edge_fault_leave(): what it held is lost, so it must take no locks
 * and allocate nothing.  Any thread may call it, also within itself.  Faults
 * elsewhere are what they were before.
 */

int edge_fault_guard(void (*run)(void *data), void *data);

/* Leaves the innermost guard of this thread; returns if there is none. */

void edge_fault_leave(void);


#endif /* _EDGE_FAULT_H_INCLUDED_ */

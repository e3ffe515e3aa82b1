
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "edge_hot.h"
#include "edge_fault.h"


static void edge_fault_install(void);
static void edge_fault_handler(int signo);


/*
 * Where a fault of this thread goes on; NULL outside of guards.  It is there
 * when the thread is: otherwise the first use would allocate, and without
 * memory end the process.
 */

static _Thread_local sigjmp_buf *volatile  edge_fault_point
                               __attribute__((tls_model("initial-exec")));

/* garbage in a header is divided by, too */

static const int         edge_fault_signals[] = { SIGBUS, SIGSEGV, SIGFPE };
static struct sigaction  edge_fault_before[3];


EDGE_HOT int
edge_fault_guard(void (*run)(void *data), void *data)
{
    int                    whole;
    sigjmp_buf             point;
    sigjmp_buf            *outer;

    static pthread_once_t  once = PTHREAD_ONCE_INIT;

    (void) pthread_once(&once, edge_fault_install);

    outer = edge_fault_point;

    /* without the mask: that would be a system call each time */

    if (sigsetjmp(point, 0) == 0) {
        edge_fault_point = &point;
        run(data);
        whole = 1;

    } else {
        whole = 0;
    }

    edge_fault_point = outer;

    return whole;
}


void
edge_fault_leave(void)
{
    if (edge_fault_point) {
        siglongjmp(*edge_fault_point, 1);
    }
}


static void
edge_fault_install(void)
{
    size_t            i;
    struct sigaction  sa;

    memset(&sa, 0, sizeof(sa));

    /* not blocked while it is handled: the handler is left by a jump */

    sa.sa_handler = edge_fault_handler;
    sa.sa_flags = SA_NODEFER;
    (void) sigemptyset(&sa.sa_mask);

    for (i = 0; i < 3; i++) {
        (void) sigaction(edge_fault_signals[i], &sa, &edge_fault_before[i]);
    }
}


/* A fault that is not ours happens again, under the handler before. */

static void
edge_fault_handler(int signo)
{
    size_t  i;

    edge_fault_leave();

    for (i = 0; i < 3; i++) {
        if (edge_fault_signals[i] == signo) {
            (void) sigaction(signo, &edge_fault_before[i], NULL);
        }
    }
}

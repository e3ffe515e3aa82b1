
/*
 * Preloaded into nginx by EdgeTest::Clock: a wall clock that can be set, for
 * nginx alone.  EDGE_CLOCK_FILE names a file that is mapped: a number of 64
 * bits, the seconds that are added to the time of day.  The monotonic clock
 * goes on as ever, as when an administrator, or NTP, sets the clock.
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


static int64_t           none;
static volatile int64_t  *step = &none;


/* here, not later: nginx clears its environment */

__attribute__((constructor)) static void
clock_init(void)
{
    int          fd;
    void        *map;
    const char  *path;

    path = getenv("EDGE_CLOCK_FILE");
    fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd == -1) {
        return;
    }

    map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);

    if (map != MAP_FAILED) {
        step = map;
    }
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int  result;

    result = syscall(SYS_clock_gettime, id, ts);

    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        ts->tv_sec += *step;
    }

    return result;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec  ts;

    (void) zone;
    clock_gettime(CLOCK_REALTIME, &ts);

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *out)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    if (out) {
        *out = ts.tv_sec;
    }

    return ts.tv_sec;
}

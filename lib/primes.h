/* primes: a computation that keeps a processor busy, with a result that can be
 * checked. */
#ifndef LIB_PRIMES_H
#define LIB_PRIMES_H

#include <stdatomic.h>

/* Counts the prime numbers from `from` to below `to` into `*found`, by trial division. It
 * blocks until it has counted, or until another thread sets `*stop`, which it looks at
 * before every number. Touches nothing else: it may run on any thread.
 * Returns 0, or UV_ECANCELED when it was stopped. */
int primes_count(unsigned from, unsigned to, atomic_bool *stop, unsigned *found);

#endif

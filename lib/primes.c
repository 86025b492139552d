#include "lib/primes.h"

#include <stdbool.h>
#include <uv.h>

static bool is_prime(unsigned number)
{
    if (number < 4)
        return number > 1;
    if (number % 2 == 0)
        return false;
    for (unsigned divisor = 3; divisor <= number / divisor; divisor += 2)
        if (number % divisor == 0)
            return false;
    return true;
}

int primes_count(unsigned from, unsigned to, atomic_bool *stop, unsigned *found)
{
    *found = 0;
    for (unsigned number = from; number < to; number++) {
        if (atomic_load(stop))
            return UV_ECANCELED;
        *found += is_prime(number);
    }
    return 0;
}
